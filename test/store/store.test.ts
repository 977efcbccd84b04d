import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jobStates, stageNames } from '../../main/engine/jobs/states.ts';
import {
  activityLinesMax,
  openStore,
  openStoreReadOnly,
  type WritableStore,
} from '../../main/store/index.ts';
import {
  directly,
  sampleArtefact,
  sampleAttempt,
  sampleJob,
  samplePiece,
  sampleRange,
  temporaryDirectory,
} from './samples.ts';

function fresh(): { store: WritableStore; path: string; again: () => WritableStore } {
  const path = join(temporaryDirectory(), 'packmule.db');
  const opened: WritableStore[] = [];
  const open = (): WritableStore => {
    const { store, notices } = openStore(path);
    expect(notices).toEqual([]);
    opened.push(store);
    return store;
  };
  onTestFinished(() => opened.forEach((store) => store.close()));
  const store = open();
  return {
    store,
    path,
    again: () => {
      opened.forEach((each) => each.close());
      return open();
    },
  };
}

describe('what is kept comes back', () => {
  test('a job with every field, over a restart', () => {
    const { store, again } = fresh();
    const job = sampleJob();
    store.saveJob(job);
    expect(store.loadJobs()).toEqual([job]);
    expect(again().loadJobs()).toEqual([job]);
  });

  test('a fetch with what it did', () => {
    const { store } = fresh();
    const update = { remoteName: 'refs/heads/x', localName: 'refs/remotes/origin/x', from: 'a', to: 'b' };
    const job = sampleJob({
      kind: 'fetch',
      options: {},
      fetch: {
        remote: 'origin',
        gitDir: '/r/.git/worktrees/w',
        commonDir: '/r/.git',
        prune: true,
        tags: 'all',
      },
      updates: [
        { change: 'fast-forward', ...update },
        { change: 'rejected', ...update, remoteName: null, to: null, reason: 'somebody moved it' },
      ],
    });
    store.saveJob(job);
    expect(store.loadJobs()).toEqual([job]);
  });

  test('a job with nothing optional', () => {
    const { store } = fresh();
    const job = sampleJob({
      options: {},
      stage: null,
      failure: null,
      question: null,
      offer: null,
      plan: null,
    });
    store.saveJob(job);
    expect(store.loadJobs()).toEqual([job]);
  });

  test.each(jobStates)('the state %s', (state) => {
    const { store } = fresh();
    store.saveJob(sampleJob({ state }));
    expect(store.loadJobs()[0]?.state).toBe(state);
  });

  test.each(stageNames)('the stage %s', (stage) => {
    const { store } = fresh();
    store.saveJob(sampleJob({ stage }));
    expect(store.loadJobs()[0]?.stage).toBe(stage);
  });

  test('artefacts, pieces, attempts, activity and settings', () => {
    const { store, again } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    store.savePiece(samplePiece({ id: 'b', fromBytes: 65_536, toBytes: 70_000, state: 'arriving' }));
    store.savePiece(samplePiece({ id: 'a' }));
    store.saveAttempt(
      sampleAttempt({ id: 'y', number: 2, artefactId: null, failure: null, entriesKept: null }),
    );
    store.saveAttempt(sampleAttempt({ id: 'x' }));
    store.addActivity({ jobId: 'job1', atMs: 5, level: 'notice', text: 'Zwei Zeilen\nund ein 🐎' });
    store.saveSetting('theme', 'dark');
    store.saveSetting('theme', 'light');
    const kept = again();
    expect(kept.loadArtefacts('job1')).toEqual([sampleArtefact()]);
    expect(kept.loadPieces('artefact1').map((piece) => [piece.id, piece.fromBytes])).toEqual([
      ['a', 0],
      ['b', 65_536],
    ]);
    expect(kept.loadAttempts('job1').map((attempt) => attempt.id)).toEqual(['x', 'y']);
    expect(kept.loadAttempts('job1')[0]).toEqual(sampleAttempt({ id: 'x' }));
    expect(kept.loadActivity('job1', 10)).toEqual([
      { jobId: 'job1', atMs: 5, level: 'notice', text: 'Zwei Zeilen\nund ein 🐎' },
    ]);
    expect(kept.loadSetting('theme')).toBe('light');
    expect(kept.loadSetting('nothing')).toBeNull();
  });

  test('a file that comes in spans: its version, its sources, and pieces with their digests', () => {
    const { store, again } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    expect(store.loadRange('artefact1')).toBeNull();
    store.saveRange(sampleRange({ etag: null, sources: [] }));
    store.saveRange(sampleRange());
    const digest = 'ab'.repeat(32);
    store.savePiece(samplePiece({ sha256: digest, source: 1 }));
    store.savePiece(samplePiece({ id: 'gone', fromBytes: 65_536, toBytes: 70_000 }));
    store.deletePiece('gone');
    const kept = again();
    expect(kept.loadRange('artefact1')).toEqual(sampleRange());
    expect(kept.loadPieces('artefact1')).toEqual([samplePiece({ sha256: digest, source: 1 })]);
  });

  test('fractions of a millisecond are rounded, other fractions refused by name', () => {
    const { store } = fresh();
    store.saveJob(sampleJob({ activeMs: 1.6 }));
    expect(store.loadJobs()[0]?.activeMs).toBe(2);
    const bytes = { ...sampleJob().bytes, usefulBytes: 1.5 };
    expect(() => store.saveJob(sampleJob({ bytes }))).toThrow(/useful_bytes/);
    expect(() => store.saveArtefact(sampleArtefact({ totalBytes: Number.NaN }))).toThrow(/total_bytes/);
    expect(store.loadJobs()[0]?.bytes).toEqual(sampleJob().bytes);
  });
});

describe('what belongs together', () => {
  test('saving a job again changes it and keeps what belongs to it', () => {
    const { store } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    store.savePiece(samplePiece());
    store.saveJob(sampleJob({ state: 'paused' }));
    store.saveArtefact(sampleArtefact({ state: 'spooled' }));
    expect(store.loadJobs().map((job) => job.state)).toEqual(['paused']);
    expect(store.loadArtefacts('job1')).toEqual([sampleArtefact({ state: 'spooled' })]);
    expect(store.loadPieces('artefact1')).toEqual([samplePiece()]);
  });

  test('a removed job takes everything along, and nothing of another job', () => {
    const { store, path } = fresh();
    for (const n of [1, 2]) {
      store.saveJob(sampleJob({ id: `job${n}` }));
      store.saveArtefact(sampleArtefact({ id: `artefact${n}`, jobId: `job${n}` }));
      store.savePiece(samplePiece({ id: `piece${n}`, artefactId: `artefact${n}` }));
      store.saveAttempt(sampleAttempt({ id: `attempt${n}`, jobId: `job${n}`, artefactId: `artefact${n}` }));
      store.addActivity({ jobId: `job${n}`, atMs: 1, level: 'info', text: 'x' });
    }
    store.deleteJob('job1');
    store.deleteJob('job1');
    for (const table of ['jobs', 'artefacts', 'pieces', 'attempts', 'activity']) {
      const count = directly(path, (database) =>
        database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
      );
      expect([table, count]).toEqual([table, 1]);
    }
    expect(store.loadPieces('artefact2')).toHaveLength(1);
  });

  test('nothing is kept for a job that is not there', () => {
    const { store } = fresh();
    expect(() => store.saveArtefact(sampleArtefact())).toThrow(/FOREIGN KEY/);
    expect(() => store.savePiece(samplePiece())).toThrow(/FOREIGN KEY/);
    store.addActivity({ jobId: 'job1', atMs: 1, level: 'info', text: 'too late' });
    expect(store.loadActivity('job1', 10)).toEqual([]);
  });

  test('pieces of one artefact can be forgotten', () => {
    const { store } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    store.saveArtefact(sampleArtefact({ id: 'other' }));
    store.savePiece(samplePiece());
    store.savePiece(samplePiece({ id: 'kept', artefactId: 'other' }));
    store.deletePieces('artefact1');
    expect(store.loadPieces('artefact1')).toEqual([]);
    expect(store.loadPieces('other')).toHaveLength(1);
  });

  test('positions change all or none, and give the order', () => {
    const { store } = fresh();
    for (const id of ['a', 'b', 'c'])
      store.saveJob(sampleJob({ id, position: 0, createdAtMs: id.charCodeAt(0) }));
    store.savePositions([
      { id: 'c', position: 1 },
      { id: 'a', position: 3 },
      { id: 'b', position: 2 },
    ]);
    expect(store.loadJobs().map((job) => job.id)).toEqual(['c', 'b', 'a']);
    expect(() =>
      store.savePositions([
        { id: 'a', position: 0 },
        { id: 'b', position: 0.5 },
      ]),
    ).toThrow();
    expect(store.loadJobs().map((job) => job.id)).toEqual(['c', 'b', 'a']);
  });

  test('the newest lines of activity are kept', () => {
    const { store } = fresh();
    store.saveJob(sampleJob());
    store.saveJob(sampleJob({ id: 'quiet' }));
    store.addActivity({ jobId: 'quiet', atMs: 0, level: 'info', text: 'mine' });
    for (let n = 0; n < activityLinesMax + 7; n++) {
      store.addActivity({ jobId: 'job1', atMs: n, level: 'info', text: String(n) });
    }
    const lines = store.loadActivity('job1', 10_000);
    expect(lines).toHaveLength(activityLinesMax);
    expect(lines[0]?.text).toBe('7');
    expect(store.loadActivity('job1', 2).map((line) => line.text)).toEqual(['1005', '1006']);
    expect(store.loadActivity('quiet', 5)).toHaveLength(1);
  });
});

describe('rows nobody understands', () => {
  const spoil = (path: string, change: string): void => {
    directly(path, (database) => {
      database.pragma('ignore_check_constraints = ON');
      database.exec(change);
    });
  };

  test.each([
    ['a state', `state = 'asleep'`, 'state is "asleep"'],
    ['a stage', `stage = 'dream'`, 'stage is "dream"'],
    ['a number below nothing', 'wire_bytes = -1', 'wire_bytes is -1'],
    ['a number JavaScript cannot hold', 'requests = 9223372036854775807', 'requests is 9223372036854776000'],
    ['options that are no JSON', `options = '{'`, 'options is no JSON'],
    ['options that are a list', `options = '[]'`, 'options is no object'],
    ['an option of a later version', `options = '{"sparse":true}'`, 'the option "sparse" is unknown'],
    ['an option of another type', `options = '{"depth":"7"}'`, 'the option "depth" is "7"'],
    ['a question without an id', `question = '{"kind":"disk-full"}'`, 'id is absent'],
  ])('%s: the job is left out and named once, the others come', (_what, change, reason) => {
    const { store, path, again } = fresh();
    store.saveJob(sampleJob({ id: 'bad' }));
    store.saveJob(sampleJob({ id: 'good' }));
    spoil(path, `UPDATE jobs SET ${change} WHERE id = 'bad'`);
    const kept = again();
    expect(kept.loadJobs().map((job) => job.id)).toEqual(['good']);
    kept.loadJobs();
    const notices = kept.takeNotices();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('(bad)');
    expect(notices[0]).toContain(reason);
    expect(kept.takeNotices()).toEqual([]);
  });

  test('a failure nobody knows does not cost the job', () => {
    const { store, path } = fresh();
    store.saveJob(sampleJob());
    spoil(path, `UPDATE jobs SET failure = '{"code":"solar-flare","facts":{"host":"h","status":"no"}}'`);
    expect(store.loadJobs()[0]?.failure).toEqual({
      code: 'internal',
      facts: { host: 'h', detail: 'unknown failure "solar-flare"' },
    });
  });

  test('a piece that ends before it begins is not believed', () => {
    const { store, path } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    store.savePiece(samplePiece());
    spoil(path, 'UPDATE pieces SET from_bytes = 100, to_bytes = 50');
    expect(store.loadPieces('artefact1')).toEqual([]);
    expect(store.takeNotices()).toHaveLength(1);
  });

  test('the database itself refuses what the types refuse', () => {
    const { store, path } = fresh();
    store.saveJob(sampleJob());
    store.saveArtefact(sampleArtefact());
    const refuses = (change: string): void => {
      expect(() => directly(path, (database) => database.exec(change)), change).toThrow(
        /constraint|cannot store/,
      );
    };
    refuses(`UPDATE jobs SET state = 'asleep'`);
    refuses(`UPDATE jobs SET stage = 'dream'`);
    refuses('UPDATE jobs SET useful_bytes = -1');
    refuses(`UPDATE jobs SET drops = 'many'`);
    refuses(`UPDATE jobs SET plan = '{'`);
    refuses(`UPDATE artefacts SET state = 'lost'`);
    refuses(`INSERT INTO pieces VALUES ('p', 'artefact1', 5, 4, 'here', NULL, NULL)`);
    refuses(`INSERT INTO pieces VALUES ('p', 'nobody', 0, 4, 'here', NULL, NULL)`);
  });
});

test('a reader beside the writer sees what was kept, and cannot write', () => {
  const { store, path } = fresh();
  store.saveJob(sampleJob());
  const reader = openStoreReadOnly(path);
  onTestFinished(() => reader.close());
  expect(reader.loadJobs()).toHaveLength(1);
  store.saveJob(sampleJob({ id: 'job2' }));
  expect(reader.loadJobs()).toHaveLength(2);
  expect('saveJob' in reader).toBe(false);
  // @ts-expect-error: reading is all its type offers
  expect(reader.saveJob).toBeUndefined();
});

describe.each(['together', 'loosely'] as const)('several things kept %s', (how) => {
  test('are all there, after a restart as well', () => {
    const { store, again } = fresh();
    store[how](() => {
      store.saveJob(sampleJob());
      store.saveArtefact(sampleArtefact());
      store.addActivity({ jobId: sampleJob().id, atMs: 1, level: 'info', text: 'together' });
    });
    const reopened = again();
    expect(reopened.loadArtefacts(sampleJob().id)).toEqual([sampleArtefact()]);
    expect(reopened.loadActivity(sampleJob().id, 9)).toHaveLength(1);
  });

  test('or none of them, and later things are as durable as ever', () => {
    const { store, path } = fresh();
    expect(() =>
      store[how](() => {
        store.saveJob(sampleJob());
        throw new RangeError('in the middle');
      }),
    ).toThrow('in the middle');
    expect(store.loadJobs()).toEqual([]);
    store.saveSetting('a', 'b');
    expect(directly(path, (database) => database.prepare('SELECT * FROM settings').all())).toHaveLength(1);
  });
});
