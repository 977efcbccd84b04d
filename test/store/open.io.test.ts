import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import DatabaseFile from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EngineError } from '../../main/engine/errors.ts';
import {
  DatabaseFromFutureError,
  DatabaseFromPastError,
  DatabaseMissingError,
  openStore,
  openStoreReadOnly,
} from '../../main/store/index.ts';
import { migrations } from '../../main/store/migrations/index.ts';
import { openDatabase } from '../../main/store/open.io.ts';
import { StoreWriter } from '../../main/store/writer.ts';
import { directly, sampleArtefact, sampleJob, samplePiece, temporaryDirectory } from './samples.ts';

function keepJobs(path: string, count: number): void {
  const { store } = openStore(path);
  for (let n = 0; n < count; n++) {
    const offer = { filler: 'x'.repeat(500) };
    store.saveJob(sampleJob({ id: `job${String(n).padStart(4, '0')}`, position: n, offer }));
  }
  store.close();
}

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a new database', () => {
  test('makes its directory and file for the owner only', { skip: process.platform === 'win32' }, () => {
    const directory = join(temporaryDirectory(), 'a', 'b');
    const path = join(directory, 'packmule.db');
    const { store, notices } = openStore(path);
    store.saveJob(sampleJob());
    expect(notices).toEqual([]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of ['packmule.db', 'packmule.db-wal', 'packmule.db-shm']) {
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    store.close();
  });

  test('a file others could read is closed to them', { skip: process.platform === 'win32' }, () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    openStore(path).store.close();
    chmodSync(path, 0o644);
    openStore(path).store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('writes ahead', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    const { store } = openStore(path);
    onTestFinished(() => store.close());
    expect(directly(path, (database) => database.pragma('journal_mode', { simple: true }))).toBe('wal');
  });
});

test.each(['9', undefined])('a Node with Node-API %s is refused before the binding can crash', (napi) => {
  const path = join(temporaryDirectory(), 'packmule.db');
  const versions = { node: '20.20.2', napi };
  expect(() => openStore(path, { versions })).toThrow(/needs Node.js 22.*20\.20\.2/);
  expect(() => openStoreReadOnly(path, { versions })).toThrow(/needs Node.js 22/);
});

describe('a database of another version', () => {
  test('from the future: refused with both versions, not touched', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    openStore(path).store.close();
    directly(path, (database) => database.pragma('user_version = 990'));
    const before = readFileSync(path);
    for (const open of [openStore, openStoreReadOnly]) {
      const error = failureOf(() => open(path));
      expect(error).toBeInstanceOf(DatabaseFromFutureError);
      expect(error).toMatchObject({ foundVersion: 990, knownVersion: 60 });
      expect(String(error)).toMatch(/990.*60/);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('reading only: an older one is refused, a missing one named and not made', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    expect(failureOf(() => openStoreReadOnly(path))).toBeInstanceOf(DatabaseMissingError);
    directly(path, (database) => database.pragma('user_version = 10'));
    expect(failureOf(() => openStoreReadOnly(path))).toBeInstanceOf(DatabaseFromPastError);
  });
});

describe('a damaged database', () => {
  test.each([
    ['text', Buffer.from('This is a letter, not a database. '.repeat(200))],
    [
      'a header and then nonsense',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 0x5a)]),
    ],
  ])('%s is put aside whole, and Packmule starts empty and says so', (_what, content) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'packmule.db');
    writeFileSync(path, content);
    const { store, notices } = openStore(path);
    onTestFinished(() => store.close());
    expect(store.loadJobs()).toEqual([]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/damaged.*packmule\.db\.damaged-1\..*Nothing/s);
    expect(readFileSync(`${path}.damaged-1`).equals(content)).toBe(true);
    store.saveJob(sampleJob());
  });

  test('never overwrites what was put aside before', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    for (const n of [1, 2, 3]) {
      writeFileSync(path, `no database, number ${n} `.repeat(100));
      openStore(path).store.close();
      expect(readFileSync(`${path}.damaged-${n}`, 'utf8')).toContain(`number ${n} `);
    }
  });

  /** Overwrites the first page of that kind (https://www.sqlite.org/fileformat2.html, section 1.6) that holds `text`. */
  function punchHole(path: string, text: string, pageType: number): void {
    const file = readFileSync(path);
    for (let page = 4096; page < file.length; page += 4096) {
      const content = file.subarray(page, page + 4096);
      if (content[0] !== pageType || !content.includes(text)) continue;
      content.fill(0x5a);
      writeFileSync(path, file);
      return;
    }
    throw new Error(`no page of type ${pageType} holds ${text}`);
  }

  function keepManyAndMore(path: string): void {
    keepJobs(path, 400);
    const { store } = openStore(path);
    store.saveArtefact(sampleArtefact({ jobId: 'job0000' }));
    store.savePiece(samplePiece());
    store.saveSetting('theme', 'dark');
    store.close();
  }

  test('a hole in the table: the rows beside it are taken over, with what belongs to them', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    keepManyAndMore(path);
    punchHole(path, 'job0200', 0x0d);
    const { store, notices } = openStore(path);
    onTestFinished(() => store.close());
    const ids = store.loadJobs().map((job) => job.id);
    expect(ids.length).toBeGreaterThan(390);
    expect(ids).not.toContain('job0200');
    expect(ids).toContain('job0000');
    expect(ids).toContain('job0399');
    expect(store.loadPieces('artefact1')).toEqual([samplePiece()]);
    expect(store.loadSetting('theme')).toBe('dark');
    expect(notices[0]).toContain(`${ids.length} jobs were taken over`);
  });

  test('a hole in an index costs no row', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    keepManyAndMore(path);
    punchHole(path, 'job0200', 0x0a);
    const { store, notices } = openStore(path);
    onTestFinished(() => store.close());
    expect(store.loadJobs()).toHaveLength(400);
    expect(notices[0]).toContain('400 jobs were taken over');
  });

  test('cut off in the middle, which SQLite reads nothing of: starts empty, and the rest is put aside', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    keepJobs(path, 400);
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
    const rest = readFileSync(path);
    const { store, notices } = openStore(path);
    onTestFinished(() => store.close());
    expect(notices).toHaveLength(1);
    expect(store.loadJobs()).toEqual([]);
    expect(readFileSync(`${path}.damaged-1`).equals(rest)).toBe(true);
  });

  test('a hundred and fifty scratched files: always starts, and keeps working', () => {
    const directory = temporaryDirectory();
    const original = join(directory, 'original.db');
    keepJobs(original, 30);
    const image = readFileSync(original);
    // A small linear congruential generator: the same scratches at every run.
    let seed = 12_345;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let round = 0; round < 150; round++) {
      const path = join(directory, `round${round}`, 'packmule.db');
      mkdirSync(join(directory, `round${round}`));
      const scratched = Buffer.from(image);
      for (let n = 0; n <= next(8); n++) scratched[100 + next(scratched.length - 100)] = next(256);
      writeFileSync(path, scratched);
      const { store } = openStore(path);
      expect(() => store.loadJobs(), `round ${round}`).not.toThrow();
      store.saveJob(sampleJob({ id: 'afterwards' }));
      expect(store.loadJobs().map((job) => job.id)).toContain('afterwards');
      store.close();
    }
  });

  test('a write-ahead log of nonsense costs only itself', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    keepJobs(path, 3);
    writeFileSync(`${path}-wal`, Buffer.alloc(9000, 0x41));
    const { store, notices } = openStore(path);
    onTestFinished(() => store.close());
    expect(notices).toEqual([]);
    expect(store.loadJobs()).toHaveLength(3);
  });
});

test('a connection keeps its promises', () => {
  const database = openDatabase(join(temporaryDirectory(), 'packmule.db'), 1000, migrations);
  onTestFinished(() => void database.close());
  const setting = (name: string): unknown => database.pragma(name, { simple: true });
  // 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous)
  expect(setting('synchronous')).toBe(2);
  expect(setting('foreign_keys')).toBe(1);
  expect(setting('trusted_schema')).toBe(0);
  expect(setting('ignore_check_constraints')).toBe(0);
  expect(setting('busy_timeout')).toBe(1000);
});

describe('a place that does not take it', () => {
  test('no room: said in the words of the engine, nothing kept is lost, and it goes on when there is room', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    const database = openDatabase(path, 1000, migrations);
    const store = new StoreWriter(database);
    onTestFinished(() => store.close());
    store.saveJob(sampleJob({ id: 'small' }));
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages}`);
    const large = sampleJob({ id: 'large', offer: 'x'.repeat(100_000) });
    expect(failureOf(() => store.saveJob(large))).toMatchObject({ code: 'disk-full', facts: { path } });
    expect(store.loadJobs().map((job) => job.id)).toEqual(['small']);
    database.pragma(`max_page_count = ${pages + 100}`);
    store.saveJob(large);
    expect(store.loadJobs()).toHaveLength(2);
  });

  test('a new start that fails leaves the damaged file where it was', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'packmule.db');
    writeFileSync(path, 'no database '.repeat(100));
    const up = (): void => {
      throw new Error('no tables today');
    };
    expect(() => openStore(path, { steps: [{ version: 10, purpose: 'fails', up }] })).toThrow(
      'no tables today',
    );
    expect(readdirSync(directory)).toEqual(['packmule.db']);
    expect(readFileSync(path, 'utf8')).toContain('no database');
  });

  test('a directory of that name is a failure of the disk, and stays', () => {
    const path = join(temporaryDirectory(), 'packmule.db');
    mkdirSync(path);
    const error = failureOf(() => openStore(path));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'disk-failed', facts: { path } });
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test('a file where the directory should be', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'home'), '');
    expect(failureOf(() => openStore(join(directory, 'home', 'packmule.db')))).toMatchObject({
      code: 'disk-failed',
    });
  });

  test('another process that never lets go: an error after the wait, nothing put aside', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'packmule.db');
    const other = new DatabaseFile(path);
    onTestFinished(() => void other.close());
    other.exec('BEGIN EXCLUSIVE; CREATE TABLE t (a)');
    const started = performance.now();
    const error = failureOf(() => openStore(path, { busyMs: 300 }));
    expect(error).toMatchObject({ code: 'disk-failed' });
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});
