/** Filters of partial clones (git-rev-list(1), "--filter=<filter-spec>"; git's list-objects-filter-options.c). */

const units: Readonly<Record<string, bigint>> = { k: 1024n, m: 1024n ** 2n, g: 1024n ** 3n };

/** `blob:limit=1k` as `blob:limit=1024`, which is what git writes into a bundle; other filters unchanged. */
function spelledOut(filter: string): string {
  const match = /^(blob:limit=|tree:)(0|[1-9][0-9]{0,18})([kmg]?)$/i.exec(filter);
  if (match === null) return filter;
  const [, kind = '', digits = '', unit = ''] = match;
  return `${kind}${BigInt(digits) * (units[unit.toLowerCase()] ?? 1n)}`;
}

/** Whether two filters leave out the same, however their numbers are written. Null leaves out nothing. */
export function isSameFilter(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return spelledOut(one) === spelledOut(other);
}
