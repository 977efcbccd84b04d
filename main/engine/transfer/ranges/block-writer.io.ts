/**
 * The bytes of one connection on their way to the disk: gathered into the MiB blocks of the file, each written and hashed
 * in one go while the next one comes. Where an earlier version of the file has bytes, and where the caller wants to be
 * sure, they are compared with what is there instead.
 */

import type { SpanFile } from '../../ports.ts';
import { sha256 } from './digest.io.ts';
import type { PieceLedger } from './piece-ledger.io.ts';
import { blockBytes } from './span-plan.ts';
import { lengthOf, type Span } from './spans.ts';

/** What came is not what is here, though it should be. */
export class BytesDiffer extends Error {
  readonly atBytes: number;

  constructor(atBytes: number) {
    super(`other bytes from ${atBytes} on`);
    this.atBytes = atBytes;
  }
}

/** A block is whole and not what it was announced to be. */
export class BlockDamaged extends Error {}

/** Blocks' worth of memory, used again and again. */
export class BufferPool {
  readonly #free: Buffer<ArrayBuffer>[] = [];

  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  give(buffer: Buffer<ArrayBuffer>): void {
    this.#free.push(buffer);
  }
}

export interface WriterParts {
  file: SpanFile;
  ledger: PieceLedger;
  pool: BufferPool;
  /** The source's place. */
  source: number;
  /** Hex digests of the file's blocks, where somebody has announced them. */
  blockDigests: readonly string[];
  totalBytes: () => number | null;
  /**
   * What to do about bytes that are here and come again. `compare`: they must be equal, else `BytesDiffer`. `replace`:
   * the first different one makes everything that did not come with this connection missing.
   */
  again: 'compare' | 'replace';
}

interface Block {
  /** Of its first byte in the file. */
  startBytes: number;
  /** What came of it: from `fromBytes` to `toBytes`, of which what is before `doneBytes` is dealt with. */
  fromBytes: number;
  doneBytes: number;
  toBytes: number;
  buffer: Buffer<ArrayBuffer>;
  /** The piece that is growing. */
  piece: { id: string; span: Span } | null;
}

export class BlockWriter {
  readonly #parts: WriterParts;
  #atBytes: number;
  #block: Block | null = null;
  #running: Promise<void> = Promise.resolve();
  #freshBytes = 0;
  #settledBytes: number;
  readonly #beganBytes: number;

  constructor(parts: WriterParts, atBytes: number) {
    this.#parts = parts;
    this.#atBytes = atBytes;
    this.#beganBytes = atBytes;
    this.#settledBytes = atBytes;
  }

  /** Everything it was given before this offset is in the ledger; what came after is on its way. */
  get settledBytes(): number {
    return this.#settledBytes;
  }

  /** Bytes that were not here before. */
  get freshBytes(): number {
    return this.#freshBytes;
  }

  /** Takes the next bytes; resolves when there is room for more. Throws what went wrong with earlier ones. */
  async take(chunk: Uint8Array): Promise<void> {
    for (let doneBytes = 0; doneBytes < chunk.byteLength;) {
      const block = (this.#block ??= this.#newBlock());
      const offset = this.#atBytes - block.startBytes;
      const part = chunk.subarray(doneBytes, doneBytes + blockBytes - offset);
      block.buffer.set(part, offset);
      doneBytes += part.byteLength;
      this.#atBytes += part.byteLength;
      block.toBytes = this.#atBytes;
      if (offset + part.byteLength === blockBytes) await this.#hand(block);
    }
  }

  /** Writes what is waiting, so that it can be made durable; the block goes on growing. */
  async flush(): Promise<void> {
    const block = this.#block;
    if (block === null) return await this.#running;
    this.#run(block);
    await this.#running;
  }

  /** Nothing more comes. */
  async finish(): Promise<void> {
    const block = this.#block;
    this.#block = null;
    if (block !== null) this.#run(block, true);
    await this.#running;
  }

  #newBlock(): Block {
    const fromBytes = this.#atBytes;
    const startBytes = Math.floor(fromBytes / blockBytes) * blockBytes;
    const buffer = this.#parts.pool.take();
    return { startBytes, fromBytes, doneBytes: fromBytes, toBytes: fromBytes, buffer, piece: null };
  }

  /** A whole block goes on its way as soon as the one before is done. */
  async #hand(block: Block): Promise<void> {
    this.#block = null;
    await this.#running;
    this.#run(block, true);
  }

  #run(block: Block, last = false): void {
    this.#running = this.#running
      .then(() => this.#settle(block))
      .finally(() => {
        if (last) this.#parts.pool.give(block.buffer);
      });
    // Whoever waits next hears of a failure; without this an early one would be unhandled.
    this.#running.catch(() => {});
  }

  async #settle(block: Block): Promise<void> {
    const { ledger } = this.#parts;
    const span = { fromBytes: block.doneBytes, toBytes: block.toBytes };
    block.doneBytes = span.toBytes;
    await this.#compareAgain(block, span);
    for (const gap of ledger.here.gapsWithin(span)) await this.#keep(block, gap);
    this.#settledBytes = span.toBytes;
    if (span.toBytes === this.#endOf(block)) await this.#checkBlock(block);
  }

  async #compareAgain(block: Block, span: Span): Promise<void> {
    const { ledger, again } = this.#parts;
    for (const held of ledger.here.within(span)) {
      if (await this.#isOnDisk(block, held)) continue;
      if (again === 'compare') throw new BytesDiffer(held.fromBytes);
      // What came with this connection is one version; the rest is of another, or damaged.
      ledger.drop(
        ledger.pieces.filter((piece) => piece.toBytes > held.fromBytes || piece.fromBytes < this.#beganBytes),
      );
      ledger.forgetOld();
      return;
    }
  }

  async #keep(block: Block, gap: Span): Promise<void> {
    const { ledger, file, source } = this.#parts;
    for (const old of ledger.old.within(gap)) {
      if (await this.#isOnDisk(block, old)) continue;
      ledger.forgetOld();
      break;
    }
    const grows = block.piece?.span.toBytes === gap.fromBytes ? block.piece : null;
    const span = { fromBytes: grows?.span.fromBytes ?? gap.fromBytes, toBytes: gap.toBytes };
    const written = ledger.old
      .gapsWithin(gap)
      .map((part) => file.write(part.fromBytes, bytesOf(block, part)));
    const digest = sha256(bytesOf(block, span));
    await Promise.all(written);
    const id = grows?.id ?? ledger.newId();
    ledger.put({ id, ...span, sha256: digest, source });
    block.piece = { id, span };
    this.#freshBytes += lengthOf(gap);
  }

  async #isOnDisk(block: Block, span: Span): Promise<boolean> {
    const { file, pool } = this.#parts;
    const buffer = pool.take();
    try {
      const there = buffer.subarray(0, lengthOf(span));
      const readBytes = await file.read(span.fromBytes, there);
      return readBytes === lengthOf(span) && there.equals(bytesOf(block, span));
    } finally {
      pool.give(buffer);
    }
  }

  #endOf(block: Block): number {
    return Math.min(block.startBytes + blockBytes, this.#parts.totalBytes() ?? Infinity);
  }

  async #checkBlock(block: Block): Promise<void> {
    const { blockDigests, ledger, file, pool } = this.#parts;
    const announced = blockDigests[block.startBytes / blockBytes];
    const span = { fromBytes: block.startBytes, toBytes: this.#endOf(block) };
    if (announced === undefined || !ledger.here.covers(span)) return;
    const buffer = pool.take();
    try {
      const there = buffer.subarray(0, lengthOf(span));
      await file.read(span.fromBytes, there);
      if (sha256(there) === announced.toLowerCase()) return;
    } finally {
      pool.give(buffer);
    }
    ledger.dropWithin(span);
    throw new BlockDamaged();
  }
}

function bytesOf(block: Block, span: Span): Buffer<ArrayBuffer> {
  return block.buffer.subarray(span.fromBytes - block.startBytes, span.toBytes - block.startBytes);
}
