/** What is kept of a job, read back into memory; and what a crash left half done, put right. */

import type { Ports } from '../ports.ts';
import type { Workspace } from '../repo/index.ts';
import type { LiveArtefact, LiveJob } from './live-job.ts';
import type { StoredAttempt } from './records.ts';
import { countSpool } from './spool-count.io.ts';
import type { WorkContext } from './work-context.ts';

const activityLinesMax = 500;

export interface TakingUp {
  ports: Ports;
  workspaceOf(live: LiveJob): Workspace;
  note(live: LiveJob, ...line: Parameters<WorkContext['note']>): void;
}

function loadArtefacts(live: LiveJob, ports: Ports): LiveArtefact[] {
  return ports.store.loadArtefacts(live.id).map((stored) => {
    const pieces = ports.store.loadPieces(stored.id);
    // Only what was durable counts after a crash; the spool may be longer, never shorter.
    return { stored, pieces, bytes: pieces.reduce((end, piece) => Math.max(end, piece.toBytes), 0) };
  });
}

/** An attempt that still says "running" was cut off by the end of the engine itself. */
function closeAttempt(parts: TakingUp, live: LiveJob, attempt: StoredAttempt): void {
  const { ports } = parts;
  const artefact = live.artefacts.find(({ stored }) => stored.id === attempt.artefactId);
  attempt.result = 'failed';
  attempt.failure = { code: 'engine-stopped', facts: {} };
  attempt.endedAtMs = attempt.startedAtMs;
  attempt.bytes = artefact?.bytes ?? 0;
  ports.store.saveAttempt(attempt);
  if (artefact === undefined) return;
  const offer = live.record.offer as { objectFormat?: 'sha1' | 'sha256' } | null;
  countSpool(
    { ports, workspace: parts.workspaceOf(live), note: (level, text) => parts.note(live, level, text) },
    artefact,
    attempt,
    offer?.objectFormat ?? 'sha1',
  );
}

/** Attempts, artefacts and activity of a job that rested on the disk. Read once. */
export function takeUp(parts: TakingUp, live: LiveJob): void {
  if (live.partsLoaded) return;
  live.partsLoaded = true;
  const { store } = parts.ports;
  live.attempts = store.loadAttempts(live.id);
  live.activity = store.loadActivity(live.id, activityLinesMax);
  live.artefacts = loadArtefacts(live, parts.ports);
  for (const attempt of live.attempts) if (attempt.result === 'running') closeAttempt(parts, live, attempt);
}
