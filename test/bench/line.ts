/** A line of a certain width and length, as arithmetic: when does what entered it come out at the other end? */

export interface LineMeasures {
  /** Infinity: as wide as the machine. */
  bytesPerSecond: number;
  /** For each direction: half of the round trip. */
  delayMs: number;
}

/** One direction, shared by all connections over it. Bytes leave in the order in which they entered. */
export class Line {
  readonly #measures: LineMeasures;
  #busyUntilMs = -Infinity;

  constructor(measures: LineMeasures) {
    this.#measures = measures;
  }

  /** When the last of these bytes arrives, if they reach the line at `atMs`. */
  enter(atMs: number, bytes: number): number {
    const beginsMs = Math.max(atMs, this.#busyUntilMs);
    this.#busyUntilMs = beginsMs + (bytes / this.#measures.bytesPerSecond) * 1000;
    return this.#busyUntilMs + this.#measures.delayMs;
  }

  /** How long something that reaches the line now waits before it begins to move. */
  queueMs(nowMs: number): number {
    return Math.max(0, this.#busyUntilMs - nowMs);
  }
}

/**
 * The earliest moment at which a client's first bytes can reach the line: TCP's greeting (RFC 9293 §3.5) takes one round
 * trip before.
 */
export function greetedMs(openedAtMs: number, { delayMs }: LineMeasures): number {
  return openedAtMs + 2 * delayMs;
}
