import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../main/store/index.ts';
import { jobValues } from '../../main/store/rows.ts';
import { insertSql } from '../../main/store/tables.ts';
import { directly, sampleJob, temporaryDirectory } from './samples.ts';

/** Processor time of this thread, the least of three runs: a busy machine is not to be taken for slow code. */
function leastMs(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test.each([
  { jobs: 1000, loadMsMax: 50, openMsMax: 100 },
  { jobs: 100_000, loadMsMax: 1000, openMsMax: 1500 },
])(
  '$jobs jobs: loaded in $loadMsMax ms, opened in $openMsMax ms',
  { timeout: 60_000 },
  ({ jobs, loadMsMax, openMsMax }) => {
    const path = join(temporaryDirectory(), 'packmule.db');
    openStore(path).store.close();
    directly(path, (database) => {
      const insert = database.prepare(insertSql('jobs'));
      database.transaction(() => {
        for (let n = 0; n < jobs; n++) {
          const history = {
            state: 'done',
            stage: null,
            failure: null,
            question: null,
            finishedAtMs: n,
          } as const;
          insert.run(jobValues(sampleJob({ id: `job${n}`, position: n, ...history })));
        }
      })();
    });
    const openMs = leastMs(() => openStore(path).store.close());
    const { store } = openStore(path);
    const loadMs = leastMs(() => expect(store.loadJobs()).toHaveLength(jobs));
    store.close();
    console.log(`${jobs} jobs: open ${openMs.toFixed(1)} ms, load ${loadMs.toFixed(1)} ms`);
    expect(loadMs).toBeLessThan(loadMsMax);
    expect(openMs).toBeLessThan(openMsMax);
  },
);
