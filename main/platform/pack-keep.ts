/** Of a sealed spool the entries that can be resolved, as a pack of their own: for a thread that may wait for the disk. */

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { KeptPack } from '../engine/ports.ts';
import { EntryTable, noEntry, PackScanner, ThinPack, type ObjectFormat } from '../git/index.ts';
import { chunks } from './pack-file.ts';
import { nodeInflate } from './pack-inflate.ts';
import { thinPackBytes } from './thin-pack-bytes.ts';

/** Git makes the checksums of the new index itself. */
const noCrc = crc32('');

/**
 * Writes `<spool without .pack>.kept.pack`: every entry but deltas whose base is named by an id that is not among
 * `bases`, and what builds on these.
 */
export function keepResolvable(
  file: number,
  path: string,
  format: ObjectFormat,
  bases: readonly string[],
): KeptPack {
  const table = new EntryTable();
  const scanner = new PackScanner({
    objectFormat: format,
    inflate: nodeInflate(),
    onEntry: (entry) => table.add(entry, noCrc),
  });
  for (const chunk of chunks(file)) scanner.push(chunk);
  const known = new Set(bases);
  const lacking = new Set<string>();
  const dropped = new Uint8Array(table.length);
  let droppedEntries = 0;
  let droppedBytes = 0;
  for (let entry = 0; entry < table.length; entry++) {
    const oid = table.baseOidOf(entry);
    const base = table.baseOf(entry);
    if (oid !== undefined && !known.has(oid)) lacking.add(oid);
    else if (base === noEntry || dropped[base] === 0) continue;
    dropped[entry] = 1;
    droppedEntries++;
    droppedBytes += table.offsetOf(entry + 1) - table.offsetOf(entry);
  }
  const kept = new ThinPack({
    table,
    from: 0,
    to: table.length,
    oidOf: (entry) => {
      throw new RangeError(`Entry ${entry} is in the pack.`);
    },
    isLeftOut: (entry) => dropped[entry] === 1,
  });
  const keptPath = path.replace(/\.pack$/, '.kept.pack');
  const into = openSync(keptPath, 'w');
  try {
    for (const bytes of thinPackBytes(kept, file, format)) writeSync(into, bytes);
    fdatasyncSync(into);
  } finally {
    closeSync(into);
  }
  return { path: keptPath, entries: kept.entries, droppedEntries, droppedBytes, lacking: [...lacking] };
}
