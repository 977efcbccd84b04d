/**
 * A few bits about each of very many objects, in little memory: about 20 bytes an object at the usual filling. Kept are
 * 102 bits of each id; ids are hashes, so two different ones look the same with a chance of n²/2¹⁰³ (10 million objects:
 * one in 10¹⁷, far less than that a disk tells wrong bytes), and to make such a pair on purpose takes 2⁵¹ hashes.
 */

const partitions = 256;
const slotsMin = 32;
const fillingMax = 0.7;
const flagBits = 3;
const slotWords = 3;

/** A hash table over the ids with the same first byte, so that growing never copies more than a small part of all. */
interface Partition {
  /** Three words a slot: 64 bits of the id, then 30 more and two flags. Without a flag a slot is free. */
  words: Uint32Array;
  size: number;
}

export class OidFlags {
  readonly #partitions: Partition[] = Array.from({ length: partitions }, () => ({
    words: new Uint32Array(slotsMin * slotWords),
    size: 0,
  }));
  #size = 0;

  /** Objects with any flag. */
  get size(): number {
    return this.#size;
  }

  /**
   * Sets flags of the id whose bytes begin at `at`; answers with those it had before.
   * @param flags 1, 2 or both
   */
  mark(bytes: Uint8Array, at: number, flags: number): number {
    const partition = this.#partitionOf(bytes, at);
    const slot = slotOf(partition.words, bytes, at);
    const before = (partition.words[slot + 2] ?? 0) & flagBits;
    if (before === 0) {
      partition.words[slot] = wordAt(bytes, at + 1);
      partition.words[slot + 1] = wordAt(bytes, at + 5);
      partition.words[slot + 2] = ((wordAt(bytes, at + 9) & ~flagBits) | flags) >>> 0;
      partition.size++;
      this.#size++;
      if (partition.size * slotWords > partition.words.length * fillingMax) grow(partition);
    } else if ((before & flags) !== flags) {
      partition.words[slot + 2] = ((partition.words[slot + 2] ?? 0) | flags) >>> 0;
    }
    return before;
  }

  /** 0 for an id that was never marked. */
  of(bytes: Uint8Array, at = 0): number {
    const { words } = this.#partitionOf(bytes, at);
    return (words[slotOf(words, bytes, at) + 2] ?? 0) & flagBits;
  }

  #partitionOf(bytes: Uint8Array, at: number): Partition {
    const partition = this.#partitions[bytes[at] ?? 0];
    if (partition === undefined) throw new RangeError('An object id needs its bytes.');
    return partition;
  }
}

/** Where this id is, or the free place where it belongs. */
function slotOf(words: Uint32Array, bytes: Uint8Array, at: number): number {
  const high = wordAt(bytes, at + 1);
  const middle = wordAt(bytes, at + 5);
  const low = (wordAt(bytes, at + 9) & ~flagBits) >>> 0;
  const mask = words.length / slotWords - 1;
  for (let slot = high & mask; ; slot = (slot + 1) & mask) {
    const from = slot * slotWords;
    const word = words[from + 2] ?? 0;
    if ((word & flagBits) === 0) return from;
    if (words[from] === high && words[from + 1] === middle && (word & ~flagBits) >>> 0 === low) return from;
  }
}

function grow(partition: Partition): void {
  const old = partition.words;
  const words = new Uint32Array(old.length * 2);
  const mask = words.length / slotWords - 1;
  for (let from = 0; from < old.length; from += slotWords) {
    const low = old[from + 2] ?? 0;
    if ((low & flagBits) === 0) continue;
    const high = old[from] ?? 0;
    let slot = high & mask;
    while (((words[slot * slotWords + 2] ?? 0) & flagBits) !== 0) slot = (slot + 1) & mask;
    words[slot * slotWords] = high;
    words[slot * slotWords + 1] = old[from + 1] ?? 0;
    words[slot * slotWords + 2] = low;
  }
  partition.words = words;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}
