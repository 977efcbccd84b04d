/** The packed-refs file of a new repository (gitrepository-layout(5), refs/packed-backend.c). Pure. */

import { bytesOfText } from '../../git/index.ts';

export interface PackedRef {
  name: string;
  oid: string;
  /** What an annotated tag finally names. */
  peeled: string | null;
}

/** Byte order, which is what "sorted" means to git; differs from JavaScript's order above U+FFFF. */
function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The header promises what holds: all tags peeled as the server said, sorted. Names go back to the bytes they were. */
export function packedRefsFile(refs: readonly PackedRef[]): Uint8Array {
  const sorted = refs
    .map((ref) => ({ ...ref, nameBytes: bytesOfText(ref.name) }))
    .sort((a, b) => compareBytes(a.nameBytes, b.nameBytes));
  const lines = ['# pack-refs with: peeled fully-peeled sorted '];
  for (const { name, oid, peeled } of sorted) {
    lines.push(`${oid} ${name}`);
    if (peeled !== null) lines.push(`^${peeled}`);
  }
  return bytesOfText(lines.join('\n') + '\n');
}

/**
 * Names that cannot stand beside one another in a directory tree (`a` and `a/b`); git would refuse the later one.
 * Returns the refs that stay, in order, and the names that do not.
 */
export function withoutConflicts<R extends { name: string }>(
  refs: readonly R[],
): { kept: R[]; dropped: string[] } {
  const names = new Set(refs.map((ref) => ref.name));
  const kept: R[] = [];
  const dropped: string[] = [];
  for (const ref of refs) {
    let conflict = false;
    for (let at = ref.name.indexOf('/'); at !== -1; at = ref.name.indexOf('/', at + 1)) {
      if (names.has(ref.name.slice(0, at))) conflict = true;
    }
    if (conflict) dropped.push(ref.name);
    else kept.push(ref);
  }
  return { kept, dropped };
}
