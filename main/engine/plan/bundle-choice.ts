/**
 * Which bundles of a list to download and in which order to unbundle them (bundle-uri.adoc, "Cloning with Bundle URIs" and
 * "Fetching with Bundle URIs"; git's bundle-uri.c, fetch_bundles_by_token). Pure: given how far each bundle has come, what
 * is to be done next. Asked again after every change, until it says that this is the end.
 *
 * With creation tokens: from the newest on, until one needs nothing that is not here; then back to the newest. That is
 * git's walk, except that a bundle's header is enough to go on. Filters are honoured, which git does not do.
 */

import { isSameFilter, type ListedBundle } from '../../git/index.ts';
import { standingOf, type BundleReason, type BundleSituation } from './bundle-standing.ts';
import { choiceSentence, clonesWith } from './bundle-words.ts';

export interface BundleAdvice {
  /** To begin now, in this order; side by side or one after the other. */
  readonly download: readonly BundleReason[];
  /** Downloads to stop, because their rest is of no use. */
  readonly cancel: readonly BundleReason[];
  /** Whole, and what it needs is here. One at a time: it may bring what others need. */
  readonly unbundle: string | null;
  /** Null while something is to be done or to wait for. */
  readonly end: BundleEnd | null;
  /** The plan in one sentence. */
  readonly sentence: string;
}

export interface BundleEnd {
  /** Whether all that was needed of the list is here: only then the list is worth remembering with its token. */
  readonly complete: boolean;
  /** What to store as `fetch.bundleCreationToken`; null leaves it as it is. */
  readonly token: bigint | null;
  /** Every bundle of the list that is not here, with the reason. */
  readonly leftOut: readonly BundleReason[];
}

/** More than any server keeps; each is looked at after every change. */
const bundlesTakenMax = 1000;

const tokenOf = (bundle: ListedBundle): bigint => bundle.creationToken ?? 0n;

/** What a way of choosing finds: the bundles that are needed now, and whether nothing more will be. */
interface Need {
  bundles: BundleReason[];
  /** Whether the list has done its work, even if nothing more can be done for what is in `bundles`. */
  satisfied: boolean;
  token: bigint | null;
}

/**
 * Newest first, until one needs nothing that is not here. When one was unbundled, those that were asked for on the way
 * down to it come next; the list has done its work when the newest that can be had is here. git gives up where one in the
 * middle cannot be unbundled, also when newer ones do not need it.
 */
function needByToken(bundles: readonly ListedBundle[], situation: BundleSituation): Need {
  const need: Need = { bundles: [], satisfied: false, token: null };
  const placeOf = ({ id }: ListedBundle) => situation.progress.get(id)?.at ?? 'listed';
  const lowest = bundles.findLastIndex((bundle) => placeOf(bundle) === 'unbundled');
  const isClone = situation.purpose === 'clone';
  let [unsettled, ready] = [0, 0];
  for (const [index, bundle] of bundles.entries()) {
    const isBelow = index > lowest;
    // What is ready may bring what newer ones lack: before it is unbundled, nobody knows whether older ones are needed.
    const isEnough = ready > 0 ? !isClone || unsettled === 0 : need.satisfied && unsettled === 0;
    if (isBelow && isEnough) return need;
    const { kind } = standingOf(bundle, situation);
    if (kind === 'useless') continue;
    if (kind === 'done') {
      need.token ??= tokenOf(bundle);
      need.satisfied ||= unsettled + ready === 0;
      continue;
    }
    if (need.satisfied && unsettled === 0 && placeOf(bundle) === 'listed') continue;
    const why = need.bundles.length === 0 ? 'is the newest that may do' : 'may bring what newer ones need';
    need.bundles.push({ id: bundle.id, why });
    if (kind === 'ready') ready++;
    else unsettled++;
    // On a clone nothing is here, so older ones will be needed; on an update the header decides.
    if (kind === 'open' && !isClone) return need;
  }
  return need;
}

function needAll(bundles: readonly ListedBundle[], situation: BundleSituation): Need {
  const standings = bundles.map((bundle) => ({ id: bundle.id, kind: standingOf(bundle, situation).kind }));
  const needed = standings.filter(({ kind }) => kind !== 'done' && kind !== 'useless');
  return {
    bundles: needed.map(({ id }) => ({ id, why: 'is needed as all others are' })),
    satisfied: standings.every(({ kind }) => kind === 'done'),
    token: null,
  };
}

/** The first that works; one that needs what is not here does not work. */
function needAny(bundles: readonly ListedBundle[], situation: BundleSituation): Need {
  const standings = bundles.map((bundle) => ({ id: bundle.id, kind: standingOf(bundle, situation).kind }));
  const first = standings.find(({ kind }) => kind !== 'useless' && kind !== 'waiting');
  const none: Need = { bundles: [], satisfied: false, token: null };
  if (standings.some(({ kind }) => kind === 'done')) return { ...none, satisfied: true };
  return first === undefined
    ? none
    : { ...none, bundles: [{ id: first.id, why: 'is the first that may do' }] };
}

interface Eligible {
  bundles: ListedBundle[];
  excluded: BundleReason[];
  /** Of the excluded: fitting, and not newer than the stored token. */
  oldCount: number;
}

/** The bundles that may be of use, in the order in which they are tried, and why the others are not. */
function eligibleOf(situation: BundleSituation): Eligible {
  const { list, filter, storedToken } = situation;
  const byToken = list.heuristic === 'creationToken';
  const excluded: BundleReason[] = [...list.dropped];
  const bundles: ListedBundle[] = [];
  let oldCount = 0;
  for (const bundle of list.bundles) {
    if (!isSameFilter(bundle.filter, filter))
      excluded.push({ id: bundle.id, why: `is made for ${clonesWith(bundle.filter)}` });
    else if (byToken && storedToken !== null && tokenOf(bundle) <= storedToken) {
      excluded.push({ id: bundle.id, why: 'is not newer than what was downloaded before' });
      oldCount++;
    } else bundles.push(bundle);
  }
  if (byToken) bundles.sort(newestFirst);
  for (const { id } of bundles.splice(bundlesTakenMax)) excluded.push({ id, why: 'is one of too many' });
  return { bundles, excluded, oldCount };
}

/** Equal tokens by id, so that every run tries them in one order. */
function newestFirst(one: ListedBundle, other: ListedBundle): number {
  const [a, b] = [tokenOf(one), tokenOf(other)];
  if (a !== b) return a > b ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

function cancelsOf(
  bundles: readonly ListedBundle[],
  needed: ReadonlySet<string>,
  situation: BundleSituation,
): BundleReason[] {
  const cancels: BundleReason[] = [];
  for (const bundle of bundles) {
    if (situation.progress.get(bundle.id)?.at !== 'downloading' || needed.has(bundle.id)) continue;
    const { kind, why } = standingOf(bundle, situation);
    const isSettled = kind === 'useless' || kind === 'done';
    cancels.push({ id: bundle.id, why: isSettled ? why : 'is not needed: others bring it all' });
  }
  return cancels;
}

/** What is to be done next; everything in it may be done at once. */
export function adviseBundles(situation: BundleSituation): BundleAdvice {
  const { list, progress } = situation;
  const eligible = eligibleOf(situation);
  const { bundles } = eligible;
  const needOf = list.heuristic === 'creationToken' ? needByToken : list.mode === 'any' ? needAny : needAll;
  const need = needOf(bundles, situation);
  const needed = new Set(need.bundles.map(({ id }) => id));
  const download = need.bundles.filter(({ id }) => (progress.get(id)?.at ?? 'listed') === 'listed');
  const byId = new Map(bundles.map((bundle) => [bundle.id, bundle]));
  const isReady = ({ id }: BundleReason): boolean => {
    const bundle = byId.get(id);
    return (
      progress.get(id)?.at === 'here' &&
      bundle !== undefined &&
      standingOf(bundle, situation).kind === 'ready'
    );
  };
  const unbundle =
    (needOf === needByToken ? need.bundles.findLast(isReady) : need.bundles.find(isReady))?.id ?? null;
  const cancel = cancelsOf(bundles, needed, situation);
  const isInFlight = [...needed].some((id) => ['downloading', 'list'].includes(progress.get(id)?.at ?? ''));
  const isEnd = download.length === 0 && unbundle === null && !isInFlight && cancel.length === 0;
  const end = isEnd ? endOf(eligible, need, situation) : null;
  return { download, cancel, unbundle, end, sentence: choiceSentence(situation, bundles.length, end) };
}

function endOf({ bundles, excluded, oldCount }: Eligible, need: Need, situation: BundleSituation): BundleEnd {
  const nothingNew = bundles.length === 0 && (oldCount > 0 || excluded.length === 0);
  const complete = nothingNew || need.satisfied;
  const leftOut = [...excluded];
  for (const bundle of bundles) {
    const { kind, why } = standingOf(bundle, situation);
    if (kind !== 'done') leftOut.push({ id: bundle.id, why: kind === 'open' ? 'is not needed' : why });
  }
  const token = complete && need.token !== null && need.token > 0n ? need.token : null;
  return { complete, token, leftOut };
}
