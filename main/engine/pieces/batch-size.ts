/**
 * How many objects to ask for at once. Pure. What a connection carries before it breaks is learned from how it breaks:
 * a batch somewhat smaller than that asks for every object once; a much smaller one pays a round trip and a server's
 * start too often; a larger one names ids again that the cut kept from coming, and makes the server look at them in vain.
 */

/** One: where objects are nearly as large as what a connection carries, a second one would be cut. */
const idsMin = 1;
const idsMax = 50_000;
/** Where connections break: so that ids sent in vain, when objects are suddenly larger, are a small part of what came. */
const idsMaxShortLived = 15_000;
/** While nothing is known: large enough that a server's start is lost in the transfer. */
const bytesGoalFirst = 8 * 1024 * 1024;
const bytesGoalMax = 32 * 1024 * 1024;
const bytesGoalMin = 48 * 1024;
/** Of what a connection carries; the rest is for what cannot be foreseen of the sizes. */
const shareOfLife = 0.8;
/**
 * Asking for the tree of a commit with everything below it saves naming what is below. What two commits share comes once
 * for each request, so this is done only where all of one commit's trees are a small part of a request.
 */
const shareOfSnapshotMax = 0.025;
/** Histories of many branches side by side have more in common than one commit's trees: then no more of it. */
const shareTwiceMax = 0.04;
/** Few roots have little more than what they share. */
const rootsTelling = 300;
/** A line that carries less is broken; what is on it makes no difference. */
export const tellingBytesMin = 16 * 1024;
/** How much a new observation of a size counts. */
const weight = 0.5;

/** `root`: trees of commits with all trees below them; the others come alone. */
export type BatchKind = 'root' | 'tree' | 'blob';

/** Before the first answer; about the mean of packed objects in public histories. */
const bytesPerIdFirst: Record<BatchKind, number> = { root: 300, tree: 350, blob: 1_500 };

export interface BatchOutcome {
  kind: BatchKind;
  /** Objects that were asked for. */
  ids: number;
  /** Objects that came whole. */
  came: number;
  /** Bytes of the pack that came. */
  bytes: number;
  cut: boolean;
  /** The part of all objects in the answer that had come before. */
  twice?: number;
}

export class BatchSize {
  #bytesGoal = bytesGoalFirst;
  readonly #bytesPerId: Record<BatchKind, number> = { ...bytesPerIdFirst };
  /** What a connection carries before it breaks; null while none broke. */
  #life: number | null = null;
  /** What all trees of one commit take; null before the first. */
  #snapshotBytes: number | null = null;

  /** Something was cut before the first batch: as much as this came until then. */
  constructor(lifeBytes: number | null = null) {
    if (lifeBytes !== null) this.#cutAfter(lifeBytes);
  }

  /** Ids for the next request of each kind. */
  get ids(): Record<BatchKind, number> {
    return { root: this.#roots, tree: this.#idsOf('tree'), blob: this.#idsOf('blob') };
  }

  /** Bytes that one answer should have on a line that breaks; null where none broke. */
  get lifeGoal(): number | null {
    return this.#life === null ? null : this.#bytesGoal;
  }

  /** What one request may ask for where the size of what it names can be foreseen. */
  get foreseen(): { bytesMax: number; idsMax: number; bytesPerId: { tree: number; blob: number } } {
    const { tree, blob } = this.#bytesPerId;
    return { bytesMax: this.#bytesGoal, idsMax: this.#idsMost, bytesPerId: { tree, blob } };
  }

  get #idsMost(): number {
    return this.#life === null ? idsMax : idsMaxShortLived;
  }

  get #roots(): number {
    if (this.#snapshotBytes === null) return 1;
    return this.#snapshotBytes <= this.#bytesGoal * shareOfSnapshotMax ? this.#idsOf('root') : 0;
  }

  /** Whether a cut after so many bytes shows how long connections live, rather than that there is trouble of another kind. */
  isTelling(bytes: number): boolean {
    return bytes >= Math.max(tellingBytesMin, (this.#life ?? 0) / 2);
  }

  /** A cut that says something about the line, and nothing about how large other objects are. */
  learnLife(bytes: number): void {
    this.#cutAfter(bytes);
  }

  learn({ kind, ids, came, bytes, cut, twice = 0 }: BatchOutcome): void {
    if (kind === 'root' && ids >= rootsTelling && twice > shareTwiceMax) this.#snapshotBytes = Infinity;
    // A first look at one commit; several may have been under way at once.
    if (kind === 'root' && ids === 1) {
      this.#snapshotBytes ??= came > 0 ? bytes : Infinity;
      return;
    }
    if (came > 0) this.#bytesPerId[kind] = meanOf(this.#bytesPerId[kind], bytes / came);
    // Not even the first one came whole: they are large here.
    else if (cut && bytes > 0) this.#bytesPerId[kind] *= 4;
    if (cut) {
      this.#cutAfter(bytes);
    } else if (this.#life === null) {
      // On a line that was never cut larger is better.
      this.#bytesGoal = Math.min(bytesGoalMax, this.#bytesGoal * 1.5);
    } else if (bytes > this.#life) {
      this.#life = blend(this.#life, bytes * 1.2);
      this.#aim(this.#life);
    }
  }

  #idsOf(kind: BatchKind): number {
    return Math.min(this.#idsMost, Math.max(idsMin, Math.round(this.#bytesGoal / this.#bytesPerId[kind])));
  }

  #cutAfter(bytes: number): void {
    // A cut before the first byte says that the server is not there, and nothing about lengths.
    if (bytes === 0) return;
    this.#life = this.#life === null ? bytes : blend(this.#life, bytes);
    this.#aim(this.#life);
  }

  #aim(life: number): void {
    this.#bytesGoal = Math.min(bytesGoalMax, Math.max(bytesGoalMin, life * shareOfLife));
  }
}

/**
 * Sizes differ by orders of magnitude from one folder to the next, so the mean is that of their logarithms. Larger ones are
 * believed at once: to ask for too much costs ids sent in vain, to ask for too little only a request.
 */
function meanOf(old: number, seen: number): number {
  return seen > old ? seen : Math.sqrt(old * seen);
}

function blend(old: number, seen: number): number {
  return old * (1 - weight) + seen * weight;
}
