import { describe, expect, it } from 'vitest';
import { cutCostBytes, type Arriving } from '../../../main/engine/jobs/cut-cost.ts';
import type { LiveArtefact } from '../../../main/engine/jobs/live-job.ts';
import type { StoredArtefact, StoredAttempt } from '../../../main/engine/jobs/records.ts';

let ids = 0;

function artefact(bytes: number, stored: Partial<StoredArtefact> = {}): LiveArtefact {
  const id = `a${ids++}`;
  return {
    stored: {
      id,
      jobId: 'j',
      kind: 'object-batch',
      source: 'h',
      state: 'arriving',
      totalBytes: null,
      totalObjects: 1_000,
      objects: 0,
      spoolName: `${id}.pack`,
      createdAtMs: 0,
      ...stored,
    },
    pieces: [],
    bytes,
  };
}

const attemptOf = ({ stored: { id } }: LiveArtefact): StoredAttempt => ({
  id: `t-${id}`,
  jobId: 'j',
  number: 1,
  artefactId: id,
  source: 'h',
  startedAtMs: 0,
  endedAtMs: null,
  bytes: 0,
  result: 'running',
  failure: null,
  entriesKept: null,
});

/** All that arrive are really coming. */
function cost(artefacts: LiveArtefact[], more: Partial<Arriving> = {}): number {
  const attempts = artefacts.filter(({ stored }) => stored.state === 'arriving').map(attemptOf);
  return cutCostBytes({ working: true, cutCosts: 'one-entry', artefacts, attempts, ...more });
}

const stored = (bytes: number, objects: number, kind: StoredArtefact['kind'] = 'object-batch') =>
  artefact(bytes, { state: 'verified', objects, kind });

describe('what a cut would cost now', () => {
  it('nothing when nothing is arriving', () => {
    expect(cost([])).toBe(0);
    expect(cost([stored(1_000, 10)])).toBe(0);
    expect(cost([artefact(5_000)], { working: false })).toBe(0);
  });

  it('nothing for what was cut already and waits to be taken in', () => {
    expect(cost([artefact(5_000), stored(1_000, 10)], { attempts: [] })).toBe(0);
  });

  it('one entry of each batch that is coming, as large as those that came', () => {
    expect(cost([stored(6_000, 10), stored(4_000, 10), artefact(90_000), artefact(70_000)])).toBe(1_000);
  });

  it('no more than what came', () => {
    expect(cost([stored(10_000, 10), artefact(12)])).toBe(12);
    expect(cost([artefact(700)])).toBe(700);
  });

  it('one entry of the pack with everything, by what came of it', () => {
    expect(cost([artefact(50_000, { kind: 'pack-stream', objects: 100 })])).toBe(500);
  });

  it('takes the pack with everything for a measure while no batch has come', () => {
    expect(cost([stored(30_000, 100, 'pack-stream'), artefact(9_000)])).toBe(300);
    expect(cost([stored(30_000, 100, 'pack-stream'), stored(1_000, 10), artefact(9_000)])).toBe(100);
  });

  it('everything that came where a cut pack is of no use', () => {
    const pack = artefact(50_000, { kind: 'pack-stream', objects: 100 });
    expect(cost([pack], { cutCosts: 'whole-pack' })).toBe(50_000);
    expect(cost([pack], { cutCosts: null })).toBe(50_000);
  });
});
