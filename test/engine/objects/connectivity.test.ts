import { describe, expect, it } from 'vitest';
import { walkArguments } from '../../../main/engine/objects/index.ts';

describe('what the connectivity walk looks at', () => {
  it.each([
    [null, ['--objects']],
    ['blob:none', ['--objects', '--filter=blob:none']],
    ['blob:limit=1024', ['--objects', '--filter=blob:none']],
    ['tree:0', []],
    ['tree:2', ['--objects', '--filter=tree:2']],
  ])('for the filter %j', (filter, args) => {
    expect(walkArguments(filter)).toEqual(args);
  });
});
