/** All arithmetic of offsets within an artefact. Pure. */

/** Bytes of an artefact: begin included, end excluded. Numbers are exact to 2^53. */
export interface Span {
  fromBytes: number;
  toBytes: number;
}

export function lengthOf({ fromBytes, toBytes }: Span): number {
  return Math.max(0, toBytes - fromBytes);
}

/** What both hold; empty (`lengthOf` 0) where they do not meet. */
export function common(one: Span, other: Span): Span {
  return {
    fromBytes: Math.max(one.fromBytes, other.fromBytes),
    toBytes: Math.min(one.toBytes, other.toBytes),
  };
}

/** A set of bytes as spans that are sorted, not empty, and neither meet nor touch each other. */
export class SpanSet {
  #spans: Span[] = [];

  constructor(spans: Iterable<Span> = []) {
    for (const span of spans) this.add(span);
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  get bytes(): number {
    return this.#spans.reduce((sum, span) => sum + lengthOf(span), 0);
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  add(span: Span): void {
    if (lengthOf(span) === 0) return;
    let { fromBytes, toBytes } = span;
    const first = this.#firstEndingAt(fromBytes);
    let after = first;
    for (let next = this.#spans[after]; next !== undefined && next.fromBytes <= toBytes;) {
      fromBytes = Math.min(fromBytes, next.fromBytes);
      toBytes = Math.max(toBytes, next.toBytes);
      next = this.#spans[++after];
    }
    this.#spans.splice(first, after - first, { fromBytes, toBytes });
  }

  remove(span: Span): void {
    if (lengthOf(span) === 0) return;
    const first = this.#firstEndingAt(span.fromBytes + 1);
    let after = first;
    const rests: Span[] = [];
    for (let next = this.#spans[after]; next !== undefined && next.fromBytes < span.toBytes;) {
      rests.push({ fromBytes: next.fromBytes, toBytes: span.fromBytes });
      rests.push({ fromBytes: span.toBytes, toBytes: next.toBytes });
      next = this.#spans[++after];
    }
    this.#spans.splice(first, after - first, ...rests.filter((rest) => lengthOf(rest) > 0));
  }

  clear(): void {
    this.#spans = [];
  }

  /** What of `span` is in the set, in order. */
  within(span: Span): Span[] {
    const found: Span[] = [];
    for (let at = this.#firstEndingAt(span.fromBytes + 1); ; at++) {
      const next = this.#spans[at];
      if (next === undefined || next.fromBytes >= span.toBytes) return found;
      found.push(common(next, span));
    }
  }

  /** What of `span` is not in the set, in order. */
  gapsWithin(span: Span): Span[] {
    const gaps: Span[] = [];
    let atBytes = span.fromBytes;
    for (const held of this.within(span)) {
      if (held.fromBytes > atBytes) gaps.push({ fromBytes: atBytes, toBytes: held.fromBytes });
      atBytes = held.toBytes;
    }
    if (atBytes < span.toBytes) gaps.push({ fromBytes: atBytes, toBytes: span.toBytes });
    return gaps;
  }

  covers(span: Span): boolean {
    return this.gapsWithin(span).length === 0;
  }

  /** Index of the first span whose end is at or behind `atBytes`. */
  #firstEndingAt(atBytes: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle] as Span).toBytes < atBytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
