/**
 * Very many object ids in little memory. Kept are only the first 64 bits of each id, about 13 bytes an id at the usual
 * filling; ids are hashes, so two different ones look the same with a chance of n²/2⁶⁵ (4 million ids: one in two
 * million). Whoever uses it must be content with "probably": a set of what was *seen*, behind which an exact check
 * stands.
 */

const emptySlotsMin = 1024;
const fillingMax = 0.6;

export class OidSet {
  /** Two words a slot; a slot of two zeros is free. */
  #words: Uint32Array;
  #slotMask: number;
  #size = 0;
  #hasZero = false;

  /** @param expected how many ids may come; only a hint */
  constructor(expected = 0) {
    let slots = emptySlotsMin;
    while (slots * fillingMax < expected) slots *= 2;
    this.#words = new Uint32Array(slots * 2);
    this.#slotMask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the id whose bytes begin at `at`; true when it was not there. */
  add(bytes: Uint8Array, at = 0): boolean {
    const high = word(bytes, at);
    const low = word(bytes, at + 4);
    if (high === 0 && low === 0) {
      if (this.#hasZero) return false;
      this.#hasZero = true;
      this.#size++;
      return true;
    }
    const slot = this.#slotOf(high, low);
    if (this.#words[slot] !== 0 || this.#words[slot + 1] !== 0) return false;
    this.#words[slot] = high;
    this.#words[slot + 1] = low;
    this.#size++;
    if (this.#size > (this.#slotMask + 1) * fillingMax) this.#grow();
    return true;
  }

  has(bytes: Uint8Array, at = 0): boolean {
    const high = word(bytes, at);
    const low = word(bytes, at + 4);
    if (high === 0 && low === 0) return this.#hasZero;
    const slot = this.#slotOf(high, low);
    return this.#words[slot] !== 0 || this.#words[slot + 1] !== 0;
  }

  /** Where these words are, or the free place where they belong. */
  #slotOf(high: number, low: number): number {
    const words = this.#words;
    for (let slot = low & this.#slotMask; ; slot = (slot + 1) & this.#slotMask) {
      const a = words[slot * 2];
      const b = words[slot * 2 + 1];
      if ((a === high && b === low) || (a === 0 && b === 0)) return slot * 2;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    this.#slotMask = this.#slotMask * 2 + 1;
    for (let i = 0; i < old.length; i += 2) {
      const high = old[i] ?? 0;
      const low = old[i + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const slot = this.#slotOf(high, low);
      this.#words[slot] = high;
      this.#words[slot + 1] = low;
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}
