/** SHA-256, and what on the disk still agrees with it. */

import { createHash, hash } from 'node:crypto';
import type { Disk, SpanFile } from '../../ports.ts';
import type { Piece, PieceLedger } from './piece-ledger.io.ts';
import { lengthOf } from './spans.ts';
import { blockBytes } from './span-plan.ts';

/**
 * Hex. A MiB takes half a millisecond where the processor knows SHA-256, else a few: less than it costs to copy it to
 * another thread, which is what the asynchronous digest of Node does.
 */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Of a whole file, hex. */
export async function sha256OfFile(disk: Disk, path: string, signal: AbortSignal): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of disk.stream(path)) {
    signal.throwIfAborted();
    sum.update(chunk);
  }
  return sum.digest('hex');
}

/** How many pieces are read at once: the next is read while one is hashed. */
const readersMax = 2;

/**
 * Drops every piece whose bytes on the disk are not the ones that came, and returns them. Each costs at most one MiB.
 * @throws EngineError of the disk; the signal's reason
 */
export async function verifyPieces(
  file: SpanFile,
  ledger: PieceLedger,
  signal: AbortSignal,
): Promise<Piece[]> {
  const left = [...ledger.pieces];
  const damaged: Piece[] = [];
  const reader = async () => {
    const buffer = Buffer.allocUnsafeSlow(blockBytes);
    for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
      signal.throwIfAborted();
      const into = buffer.subarray(0, Math.min(blockBytes, lengthOf(piece)));
      const readBytes = await file.read(piece.fromBytes, into);
      const whole = readBytes === lengthOf(piece);
      if (!whole || sha256(into) !== piece.sha256) damaged.push(piece);
    }
  };
  await Promise.all(Array.from({ length: readersMax }, reader));
  if (damaged.length > 0) ledger.drop(damaged);
  return damaged;
}
