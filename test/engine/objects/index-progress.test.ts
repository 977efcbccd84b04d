import { describe, expect, it } from 'vitest';
import { readProgress } from '../../../main/engine/objects/index-progress.ts';

describe('progress lines of git', () => {
  it.each([
    [
      'Receiving objects:  45% (4501/10002), 1.20 MiB | 2.40 MiB/s',
      { title: 'Receiving objects', done: 4501, total: 10002 },
    ],
    ['Resolving deltas: 100% (24/24), done.', { title: 'Resolving deltas', done: 24, total: 24 }],
    ['Updating files:   0% (0/7)', { title: 'Updating files', done: 0, total: 7 }],
  ])('reads %j', (line, progress) => {
    expect(readProgress(line)).toEqual(progress);
  });

  it.each(['', 'fatal: early EOF', 'remote: Counting objects:  10% (1/10)', 'Resolving deltas: many'])(
    'leaves %j alone',
    (line) => {
      expect(readProgress(line)).toBeNull();
    },
  );
});
