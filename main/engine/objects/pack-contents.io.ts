/** What is in a stored pack, and how large each entry is, by its index. */

import { PackIndexReader, type ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { Disk } from '../ports.ts';

/** The id begins at `at` in `ids`; `bytes` is the whole entry. */
export type OnPackEntry = (ids: Uint8Array, at: number, bytes: number) => void;

/**
 * Hands over the entries in the order of the pack.
 * @param pack.index path of the index
 * @param pack.endBytes where the last entry ends; what begins there or behind is left out: bases put in afterwards
 */
export async function packContents(
  disk: Disk,
  format: ObjectFormat,
  pack: { index: string; endBytes: number },
  onEntry: OnPackEntry,
): Promise<void> {
  const file = await disk.read(pack.index);
  if (file === null)
    throw new EngineError('disk-failed', { path: pack.index, detail: 'The index of a pack is gone.' });
  const index = new PackIndexReader(file, format);
  const begins = new Float64Array(index.length);
  for (let place = 0; place < index.length; place++) begins[place] = index.entry(place).offset;
  const beginOf = (place: number | undefined) => begins[place ?? -1] ?? Infinity;
  const order = Uint32Array.from(begins, (_, place) => place).sort((a, b) => beginOf(a) - beginOf(b));
  for (const [i, place] of order.entries()) {
    const begin = beginOf(place);
    if (begin >= pack.endBytes) return;
    onEntry(file, index.oidAt(place), Math.min(beginOf(order[i + 1]), pack.endBytes) - begin);
  }
}
