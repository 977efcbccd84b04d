import { describe, expect, it } from 'vitest';
import { JobList } from '../../../main/engine/jobs/job-list.ts';
import { LiveJob } from '../../../main/engine/jobs/live-job.ts';
import { newJobRecord } from '../../../main/engine/jobs/new-job.ts';
import type { JobState } from '../../../main/engine/jobs/states.ts';

function live(id: string, directory: string, position: number, state: JobState = 'queued'): LiveJob {
  const url = 'https://example.com/x.git';
  const job = new LiveJob(newJobRecord({ url, options: {} }, { id, url, directory, position, nowMs: 0 }));
  job.record.state = state;
  return job;
}

function listOf(...jobs: LiveJob[]): JobList {
  const list = new JobList();
  for (const job of jobs) list.add(job);
  return list;
}

describe('the list of jobs', () => {
  it('knows a job by its id, and says so when it does not', () => {
    const list = listOf(live('a', '/a', 1));
    expect(list.get('a').id).toBe('a');
    expect(list.find('b')).toBeNull();
    expect(() => list.get('b')).toThrow(expect.objectContaining({ code: 'job-not-found' }) as Error);
    list.delete('a');
    expect(list.find('a')).toBeNull();
  });

  it('selects by name, or all', () => {
    const list = listOf(live('a', '/a', 1), live('b', '/b', 2));
    expect(list.select('all').map(({ id }) => id)).toEqual(['a', 'b']);
    expect(list.select(['b']).map(({ id }) => id)).toEqual(['b']);
    expect(() => list.select(['b', 'c'])).toThrow(/job-not-found/);
  });

  it('finds who has a directory; whoever is done or was cancelled has it no more', () => {
    const list = listOf(
      live('a', '/x', 1, 'done'),
      live('b', '/x', 2, 'cancelled'),
      live('c', '/x', 3, 'failed'),
    );
    expect(list.at('/x')?.id).toBe('c');
    expect(list.at('/y')).toBeNull();
    list.delete('c');
    expect(list.at('/x')).toBeNull();
  });

  it('has a place behind all others', () => {
    expect(listOf().nextPosition()).toBe(1);
    expect(listOf(live('a', '/a', 7), live('b', '/b', 3)).nextPosition()).toBe(8);
  });
});
