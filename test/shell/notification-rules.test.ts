import { describe, expect, it } from 'vitest';
import { noticesFor } from '../../main/shell/notification-rules.ts';
import { boardOf, jobView } from './job-view.ts';

const failure = { code: 'disk-full' as const, facts: { path: '/src' } };
const question = (id: string) => ({ id, kind: 'disk-full' as const, failure, choices: ['retry' as const] });
const done = (id: string) => jobView({ id, state: 'done', fraction: 1 });
const busy = (id: string) => jobView({ id });

describe('noticesFor', () => {
  it('says nothing of what was so at the start', () => {
    expect(
      noticesFor(null, boardOf(done('a'), jobView({ id: 'b', state: 'failed', failure })), true),
    ).toEqual([]);
  });
  it('says nothing when a person does not want it', () => {
    expect(noticesFor(boardOf(busy('a')), boardOf(done('a')), false)).toEqual([]);
  });
  it('tells of done, failed and questions', () => {
    const before = boardOf(busy('a'), busy('b'), busy('c'));
    const after = boardOf(
      done('a'),
      jobView({ id: 'b', state: 'failed', failure }),
      jobView({ id: 'c', state: 'needs-you', question: question('1') }),
    );
    const notices = noticesFor(before, after, true);
    expect(notices.map((n) => [n.kind, n.jobId, n.title])).toEqual([
      ['done', 'a', 'a is cloned'],
      ['failed', 'b', 'b could not be cloned'],
      ['needs-you', 'c', 'c needs you'],
    ]);
    expect(notices[0]?.body).toBe('It is in /src/a.');
    expect(notices[1]?.body).toContain('no room left');
    expect(notices[2]?.body).toContain('no room left');
  });
  it('tells once, and says nothing of other moves', () => {
    expect(noticesFor(boardOf(done('a')), boardOf(done('a')), true)).toEqual([]);
    for (const state of ['paused', 'retrying', 'cancelled', 'waiting-for-network', 'indexing'] as const) {
      expect(noticesFor(boardOf(busy('a')), boardOf(jobView({ id: 'a', state })), true)).toEqual([]);
    }
    expect(noticesFor(boardOf(done('a')), boardOf(), true)).toEqual([]);
  });
  it('tells of a job that came and failed between two changes', () => {
    expect(noticesFor(boardOf(), boardOf(jobView({ id: 'a', state: 'failed', failure })), true)).toHaveLength(
      1,
    );
  });
  it('tells of another question of the same job, not of the same one again', () => {
    const asking = (id: string) => boardOf(jobView({ id: 'a', state: 'needs-you', question: question(id) }));
    expect(noticesFor(asking('1'), asking('1'), true)).toEqual([]);
    expect(noticesFor(asking('1'), asking('2'), true)).toHaveLength(1);
  });
  it('makes one of more than three', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const three = noticesFor(boardOf(), boardOf(...ids.slice(1).map(done)), true);
    expect(three).toHaveLength(3);
    const after = boardOf(...ids.map(done), jobView({ id: 'e', state: 'failed', failure }));
    expect(noticesFor(boardOf(...ids.map(busy)), after, true)).toEqual([
      { kind: 'several', jobId: null, title: '5 clones have news', body: '1 failed, 4 done.' },
    ]);
  });
});
