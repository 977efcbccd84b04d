/** What is kept of a job, read back into memory; and what a crash left half done, put right. */

import type { Ports } from '../ports.ts';
import type { LiveArtefact, LiveJob } from './live-job.ts';
import type { StoredAttempt } from './records.ts';

const activityLinesMax = 500;

function loadArtefacts(live: LiveJob, ports: Ports): LiveArtefact[] {
  return ports.store.loadArtefacts(live.id).map((stored) => {
    const pieces = ports.store.loadPieces(stored.id);
    // Only what was durable counts after a crash; the spool may be longer, never shorter.
    const here = pieces.filter(({ state }) => state !== 'lost');
    const durable = here.reduce((sum, { fromBytes, toBytes }) => sum + toBytes - fromBytes, 0);
    // What was taken in counts with what was kept of it: the rest is among the wasted bytes.
    const kept = stored.state === 'verified' ? stored.totalBytes : null;
    return { stored, pieces, bytes: kept ?? durable };
  });
}

/** An attempt that still says "running" was cut off by the end of the engine itself. */
function closeAttempt(ports: Ports, live: LiveJob, attempt: StoredAttempt): void {
  attempt.result = 'failed';
  attempt.failure = { code: 'engine-stopped', facts: {} };
  attempt.endedAtMs = attempt.startedAtMs;
  attempt.bytes = live.artefacts.find(({ stored }) => stored.id === attempt.artefactId)?.bytes ?? 0;
  ports.store.saveAttempt(attempt);
}

/** Attempts, artefacts and activity of a job that rested on the disk. Read once. */
export function takeUp(ports: Ports, live: LiveJob): void {
  if (live.partsLoaded) return;
  live.partsLoaded = true;
  live.attempts = ports.store.loadAttempts(live.id);
  live.activity = ports.store.loadActivity(live.id, activityLinesMax);
  live.artefacts = loadArtefacts(live, ports);
  if (live.record.stage !== null && live.record.state !== 'done') live.startOver(live.record.stage);
  for (const attempt of live.attempts) if (attempt.result === 'running') closeAttempt(ports, live, attempt);
}
