/**
 * Fetches a file whose bytes do not change, in spans, over one or more connections, from one or more places, and goes on
 * after any interruption where it stopped. What is decided is decided elsewhere (span-plan, range-answer, source-choice,
 * connection-growth); here it is done.
 */

import { EngineError } from '../../errors.ts';
import { onEnd } from './answers.io.ts';
import { verifyPieces } from './digest.io.ts';
import type { Lane } from './lane.io.ts';
import { launch } from './launch.io.ts';
import { RangeRun } from './range-run.io.ts';
import type { RangeListener, RangeResult, RangeWish, RangeWorld } from './range-wish.ts';
import { checkWhole } from './repair.io.ts';
import { chooseSource, measure, triesMax, type SourceState } from './source-choice.ts';
import { lengthOf } from './spans.ts';

export type {
  RangeListener,
  RangeNotice,
  RangeResult,
  RangeSource,
  RangeWish,
  RangeWorld,
  SourceReport,
} from './range-wish.ts';

const tickMs = 250;
const retryTickMsMin = 10;
/** What a power cut may take: what comes in this time, and no less than so much (see pack-stream.io.ts). */
const unsyncedMsMax = 1_000;
const unsyncedBytesMin = 8 * 1024 * 1024;
/** A connection with less than this is as good as silent (curl's --speed-limit, --speed-time). */
const slowMs = 60_000;
const slowBytesMin = 60_000;
/** Of a lane's own speed: what is older than this hardly counts. */
const laneSmoothingMs = 2_000;

/**
 * Resolves when the wanted bytes are here, durable, and checked. Until then, whatever ends it, what came stays: the next
 * call with the same rows goes on from there.
 *
 * @throws the signal's reason when aborted; EngineErrors of the disk; when no source is left that could be asked now, the
 * failure that is most worth telling (of the network and of servers: trying again later may help, see `errorKinds`)
 */
export async function downloadRange(
  wish: RangeWish,
  world: RangeWorld,
  signal: AbortSignal,
  listener: RangeListener = {},
): Promise<RangeResult> {
  signal.throwIfAborted();
  const file = await world.disk.openSpans(wish.path);
  try {
    const kept = {
      range: world.store.loadRange(wish.artefactId),
      pieces: world.store.loadPieces(wish.artefactId),
    };
    const run = new RangeRun({ wish, world, signal, listener, file, kept });
    const driver = new Driver(run);
    try {
      await driver.run();
    } finally {
      await driver.end();
    }
    return driver.result();
  } finally {
    await file.close();
  }
}

class Driver {
  readonly #run: RangeRun;
  #tickedAtMs: number;
  #savedAtMs: number;
  #saving: Promise<void> | null = null;
  /** What each lane had received at the last tick, and when it was last fast enough. */
  readonly #seen = new Map<Lane, { bytes: number; slowSinceMs: number; slowBytes: number }>();

  constructor(run: RangeRun) {
    this.#run = run;
    this.#tickedAtMs = run.world.clock.monotonicMs();
    this.#savedAtMs = this.#tickedAtMs;
  }

  async run(): Promise<void> {
    const run = this.#run;
    const damaged = await verifyPieces(run.file, run.ledger, run.signal);
    if (damaged.length > 0)
      run.notice({ kind: 'damaged', bytes: damaged.reduce((sum, piece) => sum + lengthOf(piece), 0) });
    for (let rounds = 0; ;) {
      run.signal.throwIfAborted();
      if (run.fatal !== null) throw run.fatal.error;
      await this.#takeEnds();
      this.#tick();
      if (run.isComplete) {
        await run.stopLanes();
        await this.#takeEnds();
        if (!run.isComplete) continue;
        await run.ledger.save();
        if (await checkWhole(run, rounds++)) return;
      }
      await run.pause(this.#start());
    }
  }

  /** Nothing is under way when this resolves, and what came is durable. */
  async end(): Promise<void> {
    const run = this.#run;
    await run.stopLanes();
    await this.#saving?.catch(() => {});
    for (const { lane } of run.ends.splice(0)) this.#account(lane);
    await run.ledger.save();
    run.progress();
  }

  result(): RangeResult {
    const { totalBytes, receivedBytes, freshBytes, requests, cuts, restarts, connectionsMost } = this.#run;
    const sources = this.#run.sources.map(({ place, url, receivedBytes, cuts, bytesPerSecond, aside }) => {
      const { origin, pathname } = new URL(url);
      return { place, url: origin + pathname, receivedBytes, cuts, bytesPerSecond, aside };
    });
    return { totalBytes, receivedBytes, freshBytes, requests, cuts, restarts, connectionsMost, sources };
  }

  async #takeEnds(): Promise<void> {
    for (let next = this.#run.ends.shift(); next !== undefined; next = this.#run.ends.shift()) {
      this.#account(next.lane);
      this.#seen.delete(next.lane);
      await onEnd(this.#run, next.lane, next.end);
    }
  }

  /** Counts what came since the last look. */
  #account(lane: Lane): number {
    const seen = this.#seen.get(lane) ?? { bytes: 0, slowSinceMs: 0, slowBytes: 0 };
    const bytes = lane.receivedBytes - seen.bytes;
    seen.bytes = lane.receivedBytes;
    this.#seen.set(lane, seen);
    lane.source.receivedBytes += bytes;
    this.#run.receivedBytes += bytes;
    return bytes;
  }

  #tick(): void {
    const run = this.#run;
    const nowMs = run.world.clock.monotonicMs();
    const spanMs = nowMs - this.#tickedAtMs;
    if (spanMs < tickMs) return;
    this.#tickedAtMs = nowMs;
    const bySource = new Map<SourceState, { bytes: number; lanes: number }>();
    for (const lane of run.lanes) {
      const bytes = this.#account(lane);
      const sum = bySource.get(lane.source) ?? { bytes: 0, lanes: 0 };
      bySource.set(lane.source, { bytes: sum.bytes + bytes, lanes: sum.lanes + 1 });
      const weight = 1 - Math.exp(-spanMs / laneSmoothingMs);
      const now = (bytes * 1000) / spanMs;
      lane.bytesPerSecond =
        lane.bytesPerSecond === null ? now : lane.bytesPerSecond + (now - lane.bytesPerSecond) * weight;
      this.#endIfSlow(lane, nowMs);
    }
    for (const [source, { bytes, lanes }] of bySource) measure(source, bytes, spanMs, lanes);
    const bringing = [...run.lanes].filter(({ writer }) => writer !== null).length;
    const { target, ledger } = run;
    const leftBytes = Number.isFinite(target.toBytes) ? lengthOf(target) - ledger.here.bytes : 0;
    run.growth.sample(nowMs, run.receivedBytes, bringing, leftBytes);
    run.progress();
    this.#saveIfDue(nowMs);
  }

  #endIfSlow(lane: Lane, nowMs: number): void {
    const seen = this.#seen.get(lane);
    if (seen === undefined) return;
    if (seen.slowSinceMs === 0 || lane.receivedBytes - seen.slowBytes >= slowBytesMin) {
      seen.slowSinceMs = nowMs;
      seen.slowBytes = lane.receivedBytes;
    } else if (nowMs - seen.slowSinceMs >= slowMs) {
      const detail = `less than ${slowBytesMin} bytes in ${slowMs} ms`;
      lane.stop(new EngineError('connection-timed-out', { host: lane.source.host, detail }));
    }
  }

  #saveIfDue(nowMs: number): void {
    const run = this.#run;
    if (this.#saving !== null || nowMs - this.#savedAtMs < unsyncedMsMax) return;
    const flushed = run.ledger.unsyncedBytes < unsyncedBytesMin;
    this.#savedAtMs = nowMs;
    this.#saving = (async () => {
      // On a slow line a block takes its time to fill.
      if (flushed)
        await Promise.all([...run.lanes].map(async ({ writer }) => writer?.flush().catch(() => {})));
      await run.ledger.save();
    })()
      .catch((error: unknown) => {
        run.fatal ??= { error };
      })
      .finally(() => (this.#saving = null));
  }

  /** Opens as many connections as there shall be; returns how long to wait. @throws when nobody is left to ask */
  #start(): number {
    const run = this.#run;
    while (run.lanes.size < run.growth.target) {
      const nowMs = run.world.clock.monotonicMs();
      const choice = this.#choose(nowMs);
      if (choice.source === null) {
        if (run.lanes.size > 0) return tickMs;
        if (choice.atMs !== null) return Math.max(retryTickMsMin, Math.min(tickMs, choice.atMs - nowMs));
        if (!this.#takeOver()) throw this.#lastFailure();
        continue;
      }
      if (!launch(run, choice.source)) return tickMs;
    }
    return tickMs;
  }

  #choose(nowMs: number) {
    const run = this.#run;
    const soloRuns = [...run.lanes].some((lane) => lane.bringsWhole || run.isSolo(lane.source));
    return chooseSource(run.sources, {
      nowMs,
      mayMix: (source) => {
        if (!run.canJoin(source)) return false;
        return run.lanes.size === 0 || (!soloRuns && !run.isSolo(source));
      },
      hasRoom: (source) => run.world.hosts.restsUntilMs(source.host) <= nowMs,
    });
  }

  /** A source that could prove nothing may have another version: it begins anew, where nobody else is left. */
  #takeOver(): boolean {
    const run = this.#run;
    const stranger = run.sources.find(
      (source) => source.aside === null && source.tries <= triesMax && !run.canJoin(source),
    );
    if (stranger === undefined) return false;
    run.restart('no other place has this version', stranger, { totalBytes: null, validator: null });
    return true;
  }

  #lastFailure(): EngineError {
    const { sources } = this.#run;
    // One that may be asked again later says more than one that may not.
    const worth = sources.find(({ aside, failure }) => aside === null && failure !== null) ?? sources[0];
    const failure = worth?.aside ??
      worth?.failure ?? { code: 'internal' as const, facts: { detail: 'no source' } };
    return new EngineError(failure.code, failure.facts);
  }
}
