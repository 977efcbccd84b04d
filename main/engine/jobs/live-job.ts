/** A job in memory: its kept record, and what is only true while it runs. Pure bookkeeping; times are arguments. */

import type { JobReport, JobSnapshot } from '../door.ts';
import type { EngineFailure } from '../errors.ts';
import type { ClonePlan } from '../plan/index.ts';
import type { GitConnection, RemoteOffer } from '../remote/index.ts';
import { cutCostBytes } from './cut-cost.ts';
import { isWorking } from './job-machine.ts';
import { Progress } from './progress.ts';
import { Pace } from './pace.ts';
import { Rate } from './rate.ts';
import type { StageName } from './states.ts';
import type { StoredActivity, StoredArtefact, StoredAttempt, StoredJob, StoredPiece } from './records.ts';

/** Instead of a host: bytes that were here before the job, which has not received them. */
export const keptSource = 'this computer';

/** What counts its bytes and requests. */
export type Metered = Pick<GitConnection, 'wireBytes' | 'uploadedBytes' | 'requests'>;

export function sumOf(...each: readonly Metered[]): Metered {
  const sum = (figure: keyof Metered) => each.reduce((all, one) => all + one[figure], 0);
  return {
    get wireBytes() {
      return sum('wireBytes');
    },
    get uploadedBytes() {
      return sum('uploadedBytes');
    },
    get requests() {
      return sum('requests');
    },
  };
}

export interface LiveArtefact {
  stored: StoredArtefact;
  pieces: StoredPiece[];
  /** Received so far, durable or not. */
  bytes: number;
}

/** Figures of the connections that are over, so that the running one's can be added on top. */
interface Carried {
  wireBytes: number;
  uploadedBytes: number;
  requests: number;
}

export class LiveJob {
  readonly record: StoredJob;
  readonly progress = new Progress();
  readonly rate = new Rate();
  readonly #pace = new Pace();
  artefacts: LiveArtefact[] = [];
  attempts: StoredAttempt[] = [];
  activity: StoredActivity[] = [];
  retry: { failure: EngineFailure; attempt: number; atMs: number } | null = null;
  /** Ends the work; null when nothing is under way. */
  stopWork: ((reason: Error) => void) | null = null;
  /** Settles when sockets, files and processes of the work are gone. */
  workEnded: Promise<void> = Promise.resolve();
  forgetDue: (() => void) | null = null;
  /** Attempts, artefacts and activity are in memory. */
  partsLoaded = false;
  #connection: Metered | null = null;
  #carried: Carried;
  #seenWireBytes = 0;
  #workingSinceMs: number | null = null;

  constructor(record: StoredJob) {
    this.record = record;
    if (record.state === 'done') this.progress.completeAll();
    else if (record.stage !== null) this.progress.reset(record.stage);
    this.#carried = this.#carriedFigures();
  }

  get id(): string {
    return this.record.id;
  }

  /** The way that was chosen; null before that. */
  get plan(): ClonePlan | null {
    return this.record.plan as ClonePlan | null;
  }

  get busy(): boolean {
    return this.stopWork !== null;
  }

  /** Work begins at `from`, with what earlier tries brought where the plan can use it. */
  startOver(from: StageName): void {
    this.#pace.reset();
    this.progress.reset(from, this.#keptObjects());
  }

  /** From now on this connection's counters belong to the job. */
  attach(connection: Metered): void {
    this.detach();
    this.#connection = connection;
    this.#seenWireBytes = 0;
  }

  /** Takes over the last figures of the connection, which may now close. */
  detach(): void {
    this.#readConnection();
    this.#connection = null;
    this.#carried = this.#carriedFigures();
  }

  /** Work began or ended: time counts only while it lasts. */
  setWorking(working: boolean, nowMs: number): void {
    this.#countTime(nowMs);
    this.#workingSinceMs = working ? nowMs : null;
  }

  /** Brings all figures up to date; call it about four times a second while the job works. */
  tick(nowMs: number): void {
    this.#readConnection();
    const wire = this.#connection?.wireBytes ?? 0;
    if (wire > this.#seenWireBytes) this.rate.add(wire - this.#seenWireBytes, nowMs);
    this.#seenWireBytes = Math.max(wire, this.#seenWireBytes);
    this.#countTime(nowMs);
    if (isWorking(this.record.state)) this.#pace.add(this.progress.fraction(), nowMs);
    this.record.bytes.usefulBytes = this.artefacts
      .filter(({ stored: { state, source } }) => state !== 'abandoned' && source !== keptSource)
      .reduce((sum, { bytes }) => sum + bytes, 0);
    this.#countWhatIsHere();
  }

  snapshot(nowMs: number): JobSnapshot {
    const working = isWorking(this.record.state);
    const ended = this.record.state === 'done';
    const fraction = ended ? 1 : this.progress.fraction();
    return {
      job: this.record,
      fraction,
      rateBytesPerSecond: working ? this.rate.perSecond(nowMs) : 0,
      etaSeconds: working ? this.#pace.secondsLeft() : null,
      retry: this.retry,
    };
  }

  report(nowMs: number): JobReport {
    return {
      ...this.snapshot(nowMs),
      offer: this.record.offer as RemoteOffer | null,
      plan: this.plan,
      stages: this.progress.stages(),
      artefacts: this.artefacts.map(({ stored, pieces, bytes }) => ({
        ...stored,
        bytes,
        pieces: shownPieces(pieces, bytes, stored),
      })),
      attempts: this.attempts,
      activity: this.activity,
      rateHistory: this.rate.history(nowMs),
      cutCostBytes: this.#cutCostBytes(),
    };
  }

  #cutCostBytes(): number {
    return cutCostBytes({
      working: isWorking(this.record.state),
      cutCosts: this.plan?.cutCosts ?? null,
      artefacts: this.artefacts,
      attempts: this.attempts,
    });
  }

  #keptObjects(): { done: number; total: number } | null {
    const total =
      this.artefacts.find(({ stored }) => stored.kind === 'pack-stream')?.stored.totalObjects ?? null;
    const { plan } = this;
    if (total === null || plan?.cutCosts !== 'one-entry') return null;
    const here = this.artefacts.filter(({ stored }) => stored.state !== 'abandoned');
    return { done: here.reduce((sum, { stored }) => sum + stored.objects, 0), total };
  }

  #carriedFigures(): Carried {
    const { bytes, requests } = this.record;
    return { wireBytes: bytes.wireBytes, uploadedBytes: bytes.uploadedBytes, requests };
  }

  #readConnection(): void {
    if (this.#connection === null) return;
    this.record.bytes.wireBytes = this.#carried.wireBytes + this.#connection.wireBytes;
    this.record.bytes.uploadedBytes = this.#carried.uploadedBytes + this.#connection.uploadedBytes;
    this.record.requests = this.#carried.requests + this.#connection.requests;
  }

  /** After a crash the figures that were kept are older than what lies on the disk: that was received, too. */
  #countWhatIsHere(): void {
    const { bytes } = this.record;
    const uncounted = bytes.usefulBytes + bytes.wastedBytes - bytes.wireBytes;
    if (uncounted <= 0) return;
    bytes.wireBytes += uncounted;
    this.#carried.wireBytes += uncounted;
  }

  #countTime(nowMs: number): void {
    if (this.#workingSinceMs === null) return;
    this.record.activeMs += Math.max(0, nowMs - this.#workingSinceMs);
    this.#workingSinceMs = nowMs;
  }
}

/** The kept pieces, and the bytes beyond them that are not durable yet. */
function shownPieces(pieces: readonly StoredPiece[], bytes: number, artefact: StoredArtefact): StoredPiece[] {
  const kept = pieces.reduce((end, piece) => Math.max(end, piece.toBytes), 0);
  if (bytes <= kept) return [...pieces];
  return [
    ...pieces,
    {
      id: `${artefact.id}-arriving`,
      artefactId: artefact.id,
      fromBytes: kept,
      toBytes: bytes,
      state: 'arriving',
    },
  ];
}
