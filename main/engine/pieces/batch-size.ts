/**
 * How many objects to ask for at once. Pure. What a connection carries before it breaks is learned from how it breaks:
 * a batch somewhat smaller than that asks for every object once; a much smaller one pays a round trip and a server's
 * start too often; a larger one names ids again that the cut kept from coming.
 */

const idsMin = 200;
const idsMax = 50_000;
/** While nothing is known: large enough that a server's start is lost in the transfer. */
const bytesGoalFirst = 16 * 1024 * 1024;
const bytesGoalMax = 64 * 1024 * 1024;
const bytesGoalMin = 64 * 1024;
/** Before the first answer; about the mean of packed objects in public histories. */
const bytesPerIdFirst = 700;

export interface BatchOutcome {
  ids: number;
  /** Objects that came whole; 0 where that is not known yet. */
  came: number;
  bytes: number;
  cut: boolean;
}

export class BatchSize {
  #bytesGoal = bytesGoalFirst;
  #bytesPerId: number | null = null;
  #cutBefore = false;

  /** Ids for the next request. */
  get ids(): number {
    const ids = Math.round(this.#bytesGoal / (this.#bytesPerId ?? bytesPerIdFirst));
    return Math.min(idsMax, Math.max(idsMin, ids));
  }

  learn(outcome: BatchOutcome): void {
    if (outcome.came > 0) {
      const seen = outcome.bytes / outcome.came;
      this.#bytesPerId = this.#bytesPerId === null ? seen : this.#bytesPerId * 0.5 + seen * 0.5;
    }
    if (outcome.cut) {
      this.#cutBefore = true;
      // A little under what came through this time.
      this.#bytesGoal = Math.min(bytesGoalMax, Math.max(bytesGoalMin, outcome.bytes * 0.9));
    } else {
      // On a line that was never cut larger is better; on one that was, feel the way up slowly.
      this.#bytesGoal = Math.min(bytesGoalMax, this.#bytesGoal * (this.#cutBefore ? 1.02 : 1.5));
    }
  }
}
