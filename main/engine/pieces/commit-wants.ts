/**
 * Which commits to ask for in one request, over a line that breaks. Pure.
 *
 * Theory of operation. Before it sends a byte a server looks at everything a request may reach, and where commits that are
 * here stand among those that are not, at all of their root trees as well (list-objects.c,
 * mark_trees_uninteresting_sparse). Asked for all missing commits again and again it does so again and again: seconds of
 * its processor each time. What came first of a pack are its newest commits and those that tags name (pack-objects.c,
 * compute_write_order), so the history is cut into stretches that can be asked for one by one, the oldest first: each is
 * looked at once, and what is younger than all that is asked for need not be told.
 */

/** Too few to be worth choosing among. */
const wantsMin = 8;
/** Of what is missing, as long as no answer has told how much that is. */
const shareFirst = 1 / 8;
const growthMax = 1.5;
const shrinkAfterCut = 0.6;
/** Clocks of committers are not alike (git keeps such a slop too: revision.c, SLOP). */
const clockSlackSeconds = 7 * 24 * 3600;

export interface Stretch {
  wants: string[];
  /** No commit behind these is younger, seconds since 1970; infinite where nobody knows. */
  latest: number;
}

/**
 * The oldest of what is missing.
 * @param childSeconds of each missing commit the latest date of a child that is here; of a wanted ref nobody knows it
 * @param wantsMax null as long as no answer has told how much that is
 */
export function oldestStretch(
  missing: readonly string[],
  childSeconds: ReadonlyMap<string, number>,
  wantsMax: number | null,
): Stretch {
  const count = Math.max(1, Math.round(wantsMax ?? missing.length * shareFirst));
  if (missing.length <= wantsMin || count >= missing.length) return { wants: [...missing], latest: Infinity };
  const dateOf = (oid: string) => childSeconds.get(oid) ?? Infinity;
  const wants = [...missing].sort((a, b) => compare(dateOf(a), dateOf(b))).slice(0, count);
  return { wants, latest: dateOf(wants.at(-1) ?? '') + clockSlackSeconds };
}

/** Infinite dates are alike. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** How many missing commits to name at once, learned from how long the answers were. */
export class CommitWants {
  /** Null before the first answer. */
  most: number | null = null;

  learn(asked: number, answer: { bytes: number; cut: boolean }, bytesGoal: number): void {
    const growth = Math.min(growthMax, bytesGoal / Math.max(1, answer.bytes));
    this.most = Math.max(1, asked * (answer.cut ? shrinkAfterCut : growth));
  }
}
