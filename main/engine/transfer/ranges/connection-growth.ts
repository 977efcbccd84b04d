/**
 * How many connections an artefact gets: one more stays only when the sum gets faster. Time is an argument. Pure.
 *
 * Where each connection is limited (by the server, or by a long way with losses) more of them bring more; where the line
 * itself is full they bring nothing, and take from other users.
 */

/** What is measured right after a connection was added is its beginning, not its speed. */
const settleMs = 1_000;
/** Servers that limit a connection send in lumps of about a second: less than this would measure a lump. */
const measureMs = 2_000;
/** Of what the added connections would bring if each were as fast as the others before, this share must come. */
const gainShareMin = 0.35;
/** With less than this to go there is nothing to gain. */
const secondsLeftMin = 4;
/** After a vain try; twice as long after each further one. */
const nextTryMs = 20_000;
const nextTryMsMax = 300_000;

export class ConnectionGrowth {
  readonly #max: number;
  #target = 1;
  /** The number before a try under way, and what it brought. */
  #before: { connections: number; bytesPerSecond: number } | null = null;
  #window: { sinceMs: number; bytes: number } | null = null;
  #settledAtMs: number | null = null;
  #notBeforeMs = 0;
  #vainTries = 0;

  /** @param max as many as there may ever be */
  constructor(max: number) {
    this.#max = Math.max(1, max);
  }

  get target(): number {
    return this.#target;
  }

  get max(): number {
    return this.#max;
  }

  /**
   * Tells how it stands, several times a second.
   * @param receivedBytes all that ever came, over all connections
   * @param connections that bring bytes at the moment
   * @param leftBytes that are missing
   */
  sample(nowMs: number, receivedBytes: number, connections: number, leftBytes: number): void {
    // Fewer than wanted (a cut, the end) says nothing about what the wanted number brings.
    if (connections < this.#target) {
      this.#settledAtMs = null;
      this.#window = null;
      return;
    }
    this.#settledAtMs ??= nowMs + settleMs;
    if (nowMs < this.#settledAtMs) return;
    this.#window ??= { sinceMs: nowMs, bytes: receivedBytes };
    const spanMs = nowMs - this.#window.sinceMs;
    if (spanMs < measureMs) return;
    const bytesPerSecond = ((receivedBytes - this.#window.bytes) * 1000) / spanMs;
    this.#window = { sinceMs: nowMs, bytes: receivedBytes };
    if (this.#before !== null) this.#judge(nowMs, bytesPerSecond, this.#before);
    const worthwhile = leftBytes > bytesPerSecond * secondsLeftMin;
    if (this.#before === null && this.#target < this.#max && nowMs >= this.#notBeforeMs && worthwhile) {
      this.#before = { connections: this.#target, bytesPerSecond };
      this.#set(Math.min(this.#max, this.#target * 2));
    }
  }

  /** A server said "too many requests" to one of several. */
  halve(nowMs: number): void {
    this.#before = null;
    this.#set(Math.max(1, Math.floor(this.#target / 2)));
    this.#postpone(nowMs);
  }

  #judge(
    nowMs: number,
    bytesPerSecond: number,
    before: { connections: number; bytesPerSecond: number },
  ): void {
    const added = (this.#target - before.connections) / before.connections;
    this.#before = null;
    if (bytesPerSecond >= before.bytesPerSecond * (1 + gainShareMin * added)) {
      this.#vainTries = 0;
      return;
    }
    this.#set(before.connections);
    this.#postpone(nowMs);
  }

  #postpone(nowMs: number): void {
    this.#notBeforeMs = nowMs + Math.min(nextTryMsMax, nextTryMs * 2 ** this.#vainTries);
    this.#vainTries++;
  }

  #set(target: number): void {
    this.#target = target;
    this.#settledAtMs = null;
    this.#window = null;
  }
}
