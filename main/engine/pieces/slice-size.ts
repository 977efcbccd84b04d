/**
 * How many commits' trees to ask for in one slice. Pure. A slice shall fit into the life of a connection with room to
 * spare, because commits differ in what they bring; but every slice less is one seam less, at which versions of a file
 * lose the neighbour their delta would lean on.
 */

const rootsFirst = 256;
const rootsMax = 20_000;
/** While no connection was cut. */
const bytesGoalFirst = 16 * 1024 * 1024;
const bytesGoalMin = 64 * 1024;
const bytesGoalMax = 32 * 1024 * 1024;
/** Of what a connection carried before it was cut. */
const shareOfLife = 0.7;
/** After a slice that came whole the goal is raised: a line that broke once need not break always. */
const growth = 1.03;

export interface SliceOutcome {
  /** Asked for. */
  roots: number;
  /** Of these, from the first on, the ones that are here now with everything below them. */
  whole: number;
  bytes: number;
  cut: boolean;
}

export class SliceSize {
  #bytesGoal: number;
  #bytesPerRoot: number | null = null;
  #rootsLimit = rootsFirst;

  /** @param lifeBytes what the last connection carried before it was cut, where one was */
  constructor(lifeBytes: number | null) {
    this.#bytesGoal = lifeBytes === null ? bytesGoalFirst : goalFor(lifeBytes);
  }

  /** Roots for the next request. */
  get roots(): number {
    const fitting = this.#bytesPerRoot === null ? rootsFirst : this.#bytesGoal / this.#bytesPerRoot;
    return Math.max(1, Math.floor(Math.min(rootsMax, this.#rootsLimit, fitting)));
  }

  learn(outcome: SliceOutcome): void {
    const { roots, whole, bytes, cut } = outcome;
    if (cut) {
      this.#bytesGoal = goalFor(bytes);
      // Also what was still to come is a guess only; the first root alone may have been the reason.
      this.#rootsLimit = Math.max(1, whole, Math.floor(roots / 4));
      if (whole > 0) this.#bytesPerRoot = Math.max(this.#bytesPerRoot ?? 0, bytes / whole);
      return;
    }
    const seen = bytes / Math.max(1, roots);
    this.#bytesPerRoot = this.#bytesPerRoot === null ? seen : (this.#bytesPerRoot + seen) / 2;
    this.#bytesGoal = Math.min(bytesGoalMax, this.#bytesGoal * growth);
    this.#rootsLimit = roots * 2;
  }
}

const goalFor = (lifeBytes: number): number =>
  Math.min(bytesGoalMax, Math.max(bytesGoalMin, lifeBytes * shareOfLife));
