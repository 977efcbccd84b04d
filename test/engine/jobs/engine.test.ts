import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../main/engine/jobs/index.ts';
import type { JobStore, Ports } from '../../../main/engine/ports.ts';
import { createDisk, systemChance, systemClock } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

/** Keeps nothing: these engines live for one test. */
const store: JobStore = {
  loadJobs: () => [],
  saveJob: () => undefined,
  savePositions: () => undefined,
  deleteJob: () => undefined,
  loadArtefacts: () => [],
  saveArtefact: () => undefined,
  loadPieces: () => [],
  loadRange: () => null,
  saveRange: () => undefined,
  deletePiece: () => undefined,
  savePiece: () => undefined,
  deletePieces: () => undefined,
  loadAttempts: () => [],
  saveAttempt: () => undefined,
  loadActivity: () => [],
  addActivity: () => undefined,
  loadSetting: () => null,
  saveSetting: () => undefined,
  together: (work) => work(),
  loosely: (work) => work(),
};

/** An engine whose network neither answers nor lets go, and which notes how long it was waited for. */
function stuckEngine() {
  const logged: { event: string; facts: unknown }[] = [];
  const waitedMs: number[] = [];
  const sent: string[] = [];
  const clock = systemClock;
  const never = new Promise<never>(() => undefined);
  const result = { exitCode: 0, stdout: new Uint8Array(), stderr: '' };
  const parts: Omit<Ports, 'packs' | 'openDuplex' | 'openHistoryWalk'> = {
    clock: {
      ...clock,
      nowMs: () => clock.nowMs(),
      sleep: (ms, signal) => {
        waitedMs.push(ms);
        return clock.sleep(20, signal);
      },
    },
    chance: systemChance,
    disk: createDisk(),
    git: {
      run: () => Promise.resolve(result),
      start: () => expect.fail('nothing arrived'),
      version: () => never,
    },
    credentials: { fill: () => Promise.resolve(null), approve: () => never, reject: () => never },
    store,
    openHttp: () => ({
      send: ({ url }) => {
        sent.push(url);
        return never;
      },
      close: () => Promise.resolve(),
      wireBytes: 0,
      uploadedBytes: 0,
      requests: 0,
    }),
    log: (event, facts) => logged.push({ event, facts }),
  };
  const directory = makeTempDir('stuck');
  const engine = createEngine(parts as Ports, { defaultDirectory: directory });
  const begin = async () => {
    await engine.start();
    const { id } = await engine.addClone({
      url: 'https://example.com/x.git',
      directory: join(directory, 'x'),
      options: {},
    });
    await expect.poll(() => sent.length).toBe(1);
    return id;
  };
  return { engine, begin, directory, logged, waitedMs };
}

describe('work that does not let go', () => {
  it.each(['stop', 'hold', 'pause'] as const)(
    'is waited for two seconds by %s, and named in the log',
    async (how) => {
      const { engine, begin, logged, waitedMs } = stuckEngine();
      const id = await begin();
      if (how === 'stop') await engine.stop();
      else if (how === 'hold') await engine.hold('suspend');
      else expect(await engine.pause([id])).toEqual([id]);
      expect(waitedMs).toEqual([2_000]);
      const facts = { purpose: how, jobs: [id], waitedMs: 2_000 };
      expect(logged).toContainEqual({ event: 'work-stuck', facts });
      expect(engine.job(id)?.job.state).toBe(how === 'pause' ? 'paused' : 'queued');
    },
  );

  it('is no matter where there is none', async () => {
    const { engine, logged } = stuckEngine();
    await engine.start();
    await engine.stop();
    expect(logged.filter(({ event }) => event === 'work-stuck')).toEqual([]);
  });
});

it('refuses a refspec that nobody can read before anything begins', async () => {
  const { engine, directory } = stuckEngine();
  const options = { config: ['remote.origin.fetch=refs/heads/*'] };
  await expect(
    engine.addClone({ url: 'https://example.com/x.git', directory, options }),
  ).rejects.toMatchObject({
    code: 'option-conflict',
  });
  expect(engine.jobs()).toEqual([]);
});
