/** How a remote's refs moved between two looks at it. Pure. */

export interface Drift {
  moved: number;
  added: number;
  gone: number;
}

interface NamedOid {
  name: string;
  oid: string | null;
}

/** HEAD is not counted: it only repeats what its branch does. */
export function driftBetween(before: readonly NamedOid[], now: readonly NamedOid[]): Drift {
  const old = new Map(before.filter(({ name }) => name !== 'HEAD').map(({ name, oid }) => [name, oid]));
  const drift: Drift = { moved: 0, added: 0, gone: 0 };
  for (const { name, oid } of now) {
    if (name === 'HEAD') continue;
    if (!old.has(name)) drift.added++;
    else if (old.get(name) !== oid) drift.moved++;
    old.delete(name);
  }
  drift.gone = old.size;
  return drift;
}

const refs = (count: number): string => (count === 1 ? '1 ref' : `${count.toLocaleString('en')} refs`);

/** The middle of a sentence ("1 ref moved, 2 refs came"), or null when nothing moved. */
export function driftWords({ moved, added, gone }: Drift): string | null {
  const parts = [
    moved > 0 && `${refs(moved)} moved`,
    added > 0 && `${refs(added)} came`,
    gone > 0 && `${refs(gone)} went away`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(', ');
}
