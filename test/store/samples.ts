/** Records with every field filled in, and places to keep them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import DatabaseFile from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type {
  StoredArtefact,
  StoredAttempt,
  StoredJob,
  StoredPiece,
  StoredRange,
} from '../../main/engine/jobs/records.ts';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'packmule-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Speaks to the file past the store, as another program would. */
export function directly<T>(path: string, work: (database: DatabaseFile.Database) => T): T {
  const database = new DatabaseFile(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

export function sampleJob(change: Partial<StoredJob> = {}): StoredJob {
  return {
    id: 'job1',
    kind: 'clone',
    url: 'https://example.org/böse "räuber"\'s.git',
    directory: '/home/somebody/räuber',
    options: { bare: true, branch: 'main', depth: 3, config: ['core.autocrlf=false', 'a.b='] },
    fetch: null,
    updates: null,
    state: 'downloading',
    stage: 'download',
    position: 4,
    bytes: {
      wireBytes: 9_007_199_254_740_991,
      usefulBytes: 5_000_000_000,
      wastedBytes: 1,
      savedBytes: 2,
      uploadedBytes: 3,
    },
    requests: 7,
    drops: 2,
    activeMs: 61_234,
    tries: 1,
    failure: { code: 'connection-lost', facts: { host: 'example.org', retryAfterMs: 10 } },
    question: { id: 'q1', kind: 'disk-full', failure: { code: 'disk-full', facts: { bytesNeeded: 4 } } },
    offer: { protocolVersion: 2, refs: ['a', null] },
    plan: { strategy: 'plain' },
    createdAtMs: 1_790_000_000_000,
    finishedAtMs: null,
    ...change,
  };
}

export function sampleArtefact(change: Partial<StoredArtefact> = {}): StoredArtefact {
  return {
    id: 'artefact1',
    jobId: 'job1',
    kind: 'pack-stream',
    source: 'https://example.org',
    state: 'arriving',
    totalBytes: null,
    totalObjects: 12,
    objects: 5,
    spoolName: 'artefact1.pack',
    createdAtMs: 1_790_000_000_001,
    ...change,
  };
}

export function samplePiece(change: Partial<StoredPiece> = {}): StoredPiece {
  return { id: 'piece1', artefactId: 'artefact1', fromBytes: 0, toBytes: 65_536, state: 'here', ...change };
}

export function sampleAttempt(change: Partial<StoredAttempt> = {}): StoredAttempt {
  return {
    id: 'attempt1',
    jobId: 'job1',
    number: 1,
    artefactId: 'artefact1',
    source: 'https://example.org',
    startedAtMs: 1_790_000_000_002,
    endedAtMs: 1_790_000_000_003,
    bytes: 100,
    result: 'failed',
    failure: { code: 'connection-lost', facts: {} },
    entriesKept: 5,
    ...change,
  };
}

export function sampleRange(change: Partial<StoredRange> = {}): StoredRange {
  const failure = { code: 'access-denied', facts: { host: 'mirror.example.org', status: 403 } } as const;
  return {
    artefactId: 'artefact1',
    totalBytes: 5_000_000_000,
    etag: '"abc"',
    lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT',
    dateIsStrong: true,
    sources: [
      {
        place: 0,
        url: 'https://example.org/b?sig=1',
        receivedBytes: 7,
        cuts: 1,
        bytesPerSecond: 12,
        aside: null,
      },
      {
        place: 1,
        url: 'https://mirror.example.org/b',
        receivedBytes: 0,
        cuts: 0,
        bytesPerSecond: null,
        aside: failure,
      },
    ],
    ...change,
  };
}
