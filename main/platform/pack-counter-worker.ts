/** Counts pack entries in a thread of its own: inflating gigabytes would make the engine deaf meanwhile. */

import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PackScanner, RemoteProtocolError } from '../git/index.ts';
import { diskError } from './disk-errors.ts';
import { nodeInflate } from './pack-inflate.ts';
import type { PackCountAnswer, PackCountQuestion } from './pack-counter.ts';

const chunkBytes = 1024 * 1024;

function count({ path, objectFormat }: PackCountQuestion): PackCountAnswer {
  const scanner = new PackScanner({ objectFormat, inflate: nodeInflate() });
  try {
    const file = openSync(path, 'r');
    try {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
        scanner.push(chunk.subarray(0, bytes));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) {
      const { code, facts } = diskError(error, path);
      return { failure: { code, facts } };
    }
    // What stood before the damage is whole all the same, and that was the question.
  }
  return { entries: scanner.entries, endBytes: scanner.wholeBytes };
}

parentPort?.postMessage(count(workerData as PackCountQuestion));
