/** Artefacts, pieces and attempts of a job, in memory and in the database alike. */

import type { EngineFailure } from '../errors.ts';
import type { LiveArtefact } from './live-job.ts';
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

/** @param spoolName of a spool that is there already; a name of its own otherwise */
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
      source: address.host,
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
  ports.store.saveArtefact(artefact.stored);
  live.artefacts.push(artefact);
  return artefact;
}

/** Where the artefact's bytes go as they come. */
export function spoolPath(context: WorkContext, artefact: LiveArtefact): string {
  const name = artefact.stored.spoolName ?? `${artefact.stored.id}.pack`;
  return context.ports.disk.join(context.workspace.spools, name);
}

export function beginAttempt(context: WorkContext, artefactId: string): StoredAttempt {
  const { live, ports, address } = context;
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
  ports.store.saveAttempt(attempt);
  live.attempts.push(attempt);
  return attempt;
}

/** Says in the database how much of the spool is on the disk for good. */
export function keepPiece(context: WorkContext, artefact: LiveArtefact, durableBytes: number): void {
  const last = artefact.pieces[0];
  if (durableBytes === 0 || last?.toBytes === durableBytes) return;
  const piece = last ?? {
    id: context.ports.chance.id(),
    artefactId: artefact.stored.id,
    fromBytes: 0,
    toBytes: 0,
    state: 'here' as const,
  };
  piece.toBytes = durableBytes;
  artefact.pieces = [piece];
  context.ports.store.savePiece(piece);
}

export function endAttempt(
  context: WorkContext,
  attempt: StoredAttempt,
  bytes: number,
  failure: EngineFailure | null,
): void {
  attempt.endedAtMs = context.ports.clock.nowMs();
  attempt.bytes = bytes;
  attempt.failure = failure;
  attempt.result = failure !== null ? 'failed' : context.signal.aborted ? 'paused' : 'complete';
  context.ports.store.saveAttempt(attempt);
  if (failure !== null && isDrop(failure)) context.live.record.drops++;
}

/** The artefact's objects are in the repository; its spool is gone. */
export function markStored(context: WorkContext, artefact: LiveArtefact, objects: number): void {
  const { store } = context.ports;
  artefact.stored.state = 'verified';
  artefact.stored.totalBytes = artefact.bytes;
  artefact.stored.objects = objects;
  artefact.stored.spoolName = null;
  artefact.pieces = artefact.pieces.map((piece) => ({ ...piece, state: 'indexed' as const }));
  store.saveArtefact(artefact.stored);
  for (const piece of artefact.pieces) store.savePiece(piece);
}
