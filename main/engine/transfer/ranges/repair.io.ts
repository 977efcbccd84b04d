/** Whether the whole file is what it should be, and what is fetched again where it is not. */

import { EngineError } from '../../errors.ts';
import { sha256OfFile, verifyPieces } from './digest.io.ts';
import type { RangeRun } from './range-run.io.ts';
import { common, lengthOf, type Span } from './spans.ts';

/** Fetched again past caches, then from elsewhere, then all of it; after that the file itself is what is wrong. */
const roundsMax = 3;

function bytesOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + lengthOf(span), 0);
}

/** Null when the file is good, else what looks bad: empty when nobody knows. */
async function judgeWhole(run: RangeRun): Promise<readonly Span[] | null> {
  const { wish, signal, world } = run;
  if (wish.sha256 !== undefined) {
    const digest = await sha256OfFile(world.disk, wish.path, signal);
    if (digest !== wish.sha256.toLowerCase())
      return wish.check === undefined ? [] : ((await wish.check(signal)) ?? []);
  }
  return wish.check === undefined ? null : await wish.check(signal);
}

/** The pieces that are suspected, or all of one source's where bytes of several were mixed, or else all there are. */
function suspectsOf(run: RangeRun, spans: readonly Span[]) {
  const { pieces } = run.ledger;
  const named = pieces.filter((piece) => spans.some((span) => lengthOf(common(piece, span)) > 0));
  if (named.length > 0) return { pieces: named, liar: null };
  const given = new Map<number, number>();
  for (const piece of pieces) given.set(piece.source, (given.get(piece.source) ?? 0) + lengthOf(piece));
  if (given.size < 2) return { pieces, liar: null };
  // Of several, the one that gave least costs least to do without.
  const [liar] = [...given].toSorted(([, one], [, other]) => one - other)[0] ?? [0];
  return { pieces: pieces.filter(({ source }) => source === liar), liar };
}

/**
 * Called with every byte here and durable. When this resolves with false, something is missing again.
 * @param round how often it was called before
 * @throws EngineError `pack-corrupt` when fetching again does not help; what `check` throws
 */
export async function checkWhole(run: RangeRun, round: number): Promise<boolean> {
  const { wish, ledger, totalBytes } = run;
  const isWhole = wish.span === undefined;
  if (!isWhole || totalBytes === null) return true;
  await run.file.resize(totalBytes);
  const bad = await judgeWhole(run);
  if (bad === null) return true;
  // Perhaps it was all right when it came.
  const damaged = await verifyPieces(run.file, ledger, run.signal);
  if (damaged.length > 0) {
    run.notice({ kind: 'damaged', bytes: bytesOf(damaged) });
    return false;
  }
  const { pieces, liar } = suspectsOf(run, bad);
  const host = run.sources[pieces[0]?.source ?? 0]?.host ?? '';
  const detail = 'the file is not what it was announced to be';
  if (round >= roundsMax) throw new EngineError('pack-corrupt', { host, detail });
  for (const source of run.sources) {
    const gave = pieces.some((piece) => piece.source === source.place);
    if (!gave) continue;
    const repeated = source.pastCaches && run.othersThan(source).length > 0;
    source.pastCaches = true;
    if (source.place === liar || repeated)
      run.aside(source, { code: 'pack-corrupt', facts: { host: source.host, detail } });
  }
  run.notice({ kind: 'repairing', bytes: bytesOf(pieces) });
  ledger.drop(pieces);
  return false;
}
