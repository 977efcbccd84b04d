/** Artefacts, pieces and attempts of a job, in memory and in the database alike. */

import type { EngineFailure } from '../errors.ts';
import { learnLine } from './line-records.io.ts';
import { keptSource, type LiveArtefact } from './live-job.ts';
import type { StoredArtefact, StoredAttempt } from './records.ts';
import type { WorkContext } from './work-context.ts';

/** Failures that mean the line broke while bytes were coming: what a person calls "a drop". */
const drops: ReadonlySet<string> = new Set([
  'connection-lost',
  'connection-timed-out',
  'network-unreachable',
]);

export function isDrop(failure: EngineFailure): boolean {
  return drops.has(failure.code);
}

/**
 * Saves rows about an artefact in one transaction. Batches come by the hundred, and their spools tell after a power cut
 * what their rows would have told: nobody waits for the disk on their account.
 */
function keep(context: WorkContext, kind: StoredArtefact['kind'], work: () => void): void {
  const { store } = context.ports;
  if (kind === 'object-batch') store.loosely(work);
  else store.together(work);
}

/** @param spoolName of a spool that is there already, not received by this job; a name of its own otherwise */
export function beginArtefact(
  context: WorkContext,
  kind: StoredArtefact['kind'],
  spoolName?: string,
): LiveArtefact {
  const { live, ports, address } = context;
  const id = ports.chance.id();
  const artefact: LiveArtefact = {
    stored: {
      id,
      jobId: live.id,
      kind,
      source: spoolName === undefined ? address.host : keptSource,
      state: 'arriving',
      totalBytes: null,
      totalObjects: null,
      objects: 0,
      spoolName: spoolName ?? `${id}.pack`,
      createdAtMs: ports.clock.nowMs(),
    },
    pieces: [],
    bytes: 0,
  };
  keep(context, kind, () => ports.store.saveArtefact(artefact.stored));
  live.artefacts.push(artefact);
  return artefact;
}

/** Where the artefact's bytes go as they come. */
export function spoolPath(context: WorkContext, artefact: LiveArtefact): string {
  const name = artefact.stored.spoolName ?? `${artefact.stored.id}.pack`;
  return context.ports.disk.join(context.workspace.spools, name);
}

export function beginAttempt(context: WorkContext, artefact: LiveArtefact): StoredAttempt {
  const { live, ports, address } = context;
  const { id: artefactId, kind } = artefact.stored;
  const attempt: StoredAttempt = {
    id: ports.chance.id(),
    jobId: live.id,
    number: live.attempts.length + 1,
    artefactId,
    source: address.host,
    startedAtMs: ports.clock.nowMs(),
    endedAtMs: null,
    bytes: 0,
    result: 'running',
    failure: null,
    entriesKept: null,
  };
  keep(context, kind, () => ports.store.saveAttempt(attempt));
  live.attempts.push(attempt);
  return attempt;
}

/** How much of the spool is on the disk for good; null when that is known already. */
function durablePiece(context: WorkContext, artefact: LiveArtefact, durableBytes: number) {
  const last = artefact.pieces[0];
  if (durableBytes === 0 || last?.toBytes === durableBytes) return null;
  const piece = last ?? {
    id: context.ports.chance.id(),
    artefactId: artefact.stored.id,
    fromBytes: 0,
    toBytes: 0,
    state: 'here' as const,
  };
  piece.toBytes = durableBytes;
  artefact.pieces = [piece];
  return piece;
}

/** Says in the database how much of the spool is on the disk for good. */
export function keepPiece(context: WorkContext, artefact: LiveArtefact, durableBytes: number): void {
  const piece = durablePiece(context, artefact, durableBytes);
  if (piece !== null) keep(context, artefact.stored.kind, () => context.ports.store.savePiece(piece));
}

/** The pack's header is here. */
export function keepObjectCount(context: WorkContext, artefact: LiveArtefact, objects: number): void {
  artefact.stored.totalObjects = objects;
  keep(context, artefact.stored.kind, () => context.ports.store.saveArtefact(artefact.stored));
}

/** The stream is over: how far it came and why it ended. */
export function endAttempt(
  context: WorkContext,
  artefact: LiveArtefact,
  attempt: StoredAttempt,
  end: { durableBytes: number; failure: EngineFailure | null },
): void {
  const { failure } = end;
  const { store, clock } = context.ports;
  attempt.endedAtMs = clock.nowMs();
  attempt.bytes = artefact.bytes;
  attempt.failure = failure;
  attempt.result = failure !== null ? 'failed' : context.signal.aborted ? 'paused' : 'complete';
  const piece = durablePiece(context, artefact, end.durableBytes);
  keep(context, artefact.stored.kind, () => {
    if (piece !== null) store.savePiece(piece);
    store.saveArtefact(artefact.stored);
    store.saveAttempt(attempt);
  });
  const dropped = failure !== null && isDrop(failure);
  if (dropped) context.live.record.drops++;
  if (dropped || attempt.result === 'complete') learnLine(context, artefact.bytes, dropped);
}

/** The artefact's objects are in the repository; its spool is gone. */
export function markStored(context: WorkContext, artefact: LiveArtefact, objects: number): void {
  const { store } = context.ports;
  artefact.stored.state = 'verified';
  artefact.stored.totalBytes = artefact.bytes;
  artefact.stored.objects = objects;
  artefact.stored.spoolName = null;
  artefact.pieces = artefact.pieces.map((piece) => ({ ...piece, state: 'indexed' as const }));
  const attempt = context.live.attempts.findLast(({ artefactId }) => artefactId === artefact.stored.id);
  if (attempt !== undefined) attempt.entriesKept = objects;
  keep(context, artefact.stored.kind, () => {
    store.saveArtefact(artefact.stored);
    for (const piece of artefact.pieces) store.savePiece(piece);
    if (attempt !== undefined) store.saveAttempt(attempt);
  });
}
