/**
 * Finds where the entries of a pack end while its bytes arrive, so that a pack cut off in the middle can be used up to
 * its last whole entry. Nothing is kept but numbers.
 */

import { RemoteProtocolError } from '../errors.ts';
import { packEntryHeaderBytesMax, packObjectBytesMax } from '../limits.ts';
import { hexOf, oidBytesLength, type ObjectFormat } from '../oid.ts';
import {
  decodeEntryHeader,
  decodePackHeader,
  packHeaderBytes,
  type PackEntryHeader,
  type PackEntryType,
} from './entry.ts';
import type { InflateFactory, Inflater } from './inflate.ts';

export interface ScannedEntry {
  /** Where in the pack the entry begins; bytes from the pack's first. */
  readonly offset: number;
  readonly type: PackEntryType;
  /** Bytes of the inflated data; for deltas, of the delta. */
  readonly sizeBytes: number;
  /** Bytes in the pack, header included. */
  readonly packedBytes: number;
  /** What a delta builds on: the offset of an earlier entry (not checked to be one), or an object id. */
  readonly base: { readonly offset: number } | { readonly oid: string } | null;
}

export interface PackScannerOptions {
  objectFormat: ObjectFormat;
  inflate: InflateFactory;
  limits?: {
    /** Largest claimed size of one entry; bytes. */
    objectBytesMax?: number;
    /** Entries up to this claimed size go to the fast way for whole entries, which holds them; bytes. */
    wholeBytesMax?: number;
  };
  /** Called for each entry as soon as it is whole, in the order of the pack. */
  onEntry?: (entry: ScannedEntry) => void;
  /** Goes on where an earlier scan of the same bytes stood between two entries: what is pushed begins at `wholeBytes`. */
  from?: { declaredEntries: number; entries: number; wholeBytes: number };
}

/** An inflater for whole entries may hold what comes out; this much is nothing, and most entries are smaller. */
const wholeBytesMaxDefault = 1024 * 1024;

type Stage = 'pack-header' | 'entry-header' | 'entry-data' | 'trailer' | 'done';

/**
 * Invariant: `wholeBytes` ≤ `scannedBytes`, and the bytes between them belong to the entry (or header, or trailer) that
 * is still arriving.
 */
export class PackScanner {
  /** May be set or changed between calls of `push`. */
  onEntry: ((entry: ScannedEntry) => void) | undefined;
  readonly #format: ObjectFormat;
  readonly #inflate: InflateFactory;
  readonly #objectBytesMax: number;
  readonly #wholeBytesMax: number;
  #stage: Stage = 'pack-header';
  #scannedBytes = 0;
  #wholeBytes = 0;
  #entries = 0;
  #declaredEntries: number | null = null;
  /** Bytes of a header or trailer that crosses chunks. */
  readonly #held = new Uint8Array(64);
  #heldLength = 0;
  #header: PackEntryHeader | null = null;
  #inflater: Inflater | null = null;
  #producedBytes = 0;
  #trailer: string | null = null;
  #failure: RemoteProtocolError | null = null;

  constructor(options: PackScannerOptions) {
    this.#format = options.objectFormat;
    this.#inflate = options.inflate;
    this.#objectBytesMax = options.limits?.objectBytesMax ?? packObjectBytesMax;
    this.#wholeBytesMax = options.limits?.wholeBytesMax ?? wholeBytesMaxDefault;
    this.onEntry = options.onEntry;
    if (options.from === undefined) return;
    this.#declaredEntries = options.from.declaredEntries;
    this.#entries = options.from.entries;
    this.#wholeBytes = options.from.wholeBytes;
    this.#scannedBytes = options.from.wholeBytes;
    this.#stage = this.#entries === this.#declaredEntries ? 'trailer' : 'entry-header';
  }

  /** Whole entries seen. */
  get entries(): number {
    return this.#entries;
  }
  /** Where the last whole entry ends (the header, before the first): what of the pack is worth keeping. */
  get wholeBytes(): number {
    return this.#wholeBytes;
  }
  /** All bytes looked at. */
  get scannedBytes(): number {
    return this.#scannedBytes;
  }
  /** Entries the pack's header claims; null before it is here. */
  get declaredEntries(): number | null {
    return this.#declaredEntries;
  }
  /** Whether every declared entry and the trailer came. */
  get done(): boolean {
    return this.#stage === 'done';
  }
  /** The checksum at the end of the pack, in hex, as sent (this scanner does not hash); null before it is here. */
  get trailer(): string | null {
    return this.#trailer;
  }

  /**
   * Looks at the next bytes of the pack.
   * @throws RemoteProtocolError `pack`, naming the offset, when the data is corrupt or goes on after the trailer; it
   * throws again on every further call, and the figures stay at what was whole
   */
  push(chunk: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    try {
      let at = 0;
      while (at < chunk.length) at = this.#step(chunk, at);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      const message = `${error.message} (entry ${this.#entries + 1}, at byte ${this.#wholeBytes} of the pack)`;
      this.#failure = new RemoteProtocolError(error.reason, message);
      throw this.#failure;
    }
  }

  /** One step at `at`; answers with the index of the first byte not used. */
  #step(chunk: Uint8Array, at: number): number {
    switch (this.#stage) {
      case 'pack-header':
        return this.#packHeader(chunk, at);
      case 'entry-header':
        return this.#entryHeader(chunk, at);
      case 'entry-data':
        return this.#entryData(chunk, at);
      case 'trailer':
        return this.#packTrailer(chunk, at);
      case 'done':
        throw new RemoteProtocolError('pack', 'Bytes follow the end of the pack.');
    }
  }

  /** Moves up to `length` held bytes together; answers with the index behind those taken. */
  #hold(chunk: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length - this.#heldLength, chunk.length - at);
    this.#held.set(chunk.subarray(at, at + taken), this.#heldLength);
    this.#heldLength += taken;
    this.#scannedBytes += taken;
    return at + taken;
  }

  #packHeader(chunk: Uint8Array, at: number): number {
    const end = this.#hold(chunk, at, packHeaderBytes);
    const header = decodePackHeader(this.#held.subarray(0, this.#heldLength));
    if ('incomplete' in header) return end;
    this.#heldLength = 0;
    this.#declaredEntries = header.entries;
    this.#wholeBytes = packHeaderBytes;
    this.#stage = header.entries === 0 ? 'trailer' : 'entry-header';
    return end;
  }

  #entryHeader(chunk: Uint8Array, at: number): number {
    if (this.#heldLength === 0) {
      const header = decodeEntryHeader(chunk, at, this.#format, this.#objectBytesMax);
      if ('incomplete' in header) return this.#hold(chunk, at, packEntryHeaderBytesMax);
      this.#scannedBytes += header.headerBytes;
      return this.#startEntry(header, chunk, at + header.headerBytes);
    }
    // Part of the header is held: add what may belong to it, then give back what did not.
    const before = this.#heldLength;
    const end = this.#hold(chunk, at, packEntryHeaderBytesMax);
    const header = decodeEntryHeader(
      this.#held.subarray(0, this.#heldLength),
      0,
      this.#format,
      this.#objectBytesMax,
    );
    if ('incomplete' in header) {
      if (this.#heldLength < packEntryHeaderBytesMax) return end;
      throw new RemoteProtocolError('pack', 'An entry header does not end.');
    }
    this.#scannedBytes -= this.#heldLength - header.headerBytes;
    this.#heldLength = 0;
    return this.#startEntry(header, chunk, at + header.headerBytes - before);
  }

  #startEntry(header: PackEntryHeader, chunk: Uint8Array, at: number): number {
    if (header.baseDistance !== undefined && this.#wholeBytes - header.baseDistance < packHeaderBytes) {
      throw new RemoteProtocolError('pack', 'A delta names a base before the first entry.');
    }
    this.#header = header;
    this.#producedBytes = 0;
    this.#inflater = null;
    this.#stage = 'entry-data';
    if (this.#inflate.whole === undefined || header.sizeBytes > this.#wholeBytesMax || at >= chunk.length)
      return at;
    const whole = this.#inflate.whole(chunk.subarray(at), header.sizeBytes);
    if (whole === null) return at;
    this.#scannedBytes += whole.consumedBytes;
    this.#producedBytes = whole.producedBytes;
    this.#finishEntry(header);
    return at + whole.consumedBytes;
  }

  #entryData(chunk: Uint8Array, at: number): number {
    const header = this.#header;
    if (header === null) throw new Error('An entry has data before its header: the scanner is broken.');
    this.#inflater ??= this.#inflate.start();
    const input = at === 0 ? chunk : chunk.subarray(at);
    const step = this.#inflater.push(input, header.sizeBytes - this.#producedBytes);
    this.#producedBytes += step.producedBytes;
    this.#scannedBytes += step.consumedBytes;
    if (this.#producedBytes > header.sizeBytes) {
      throw new RemoteProtocolError(
        'pack',
        `An entry holds more than the ${header.sizeBytes} bytes it claims.`,
      );
    }
    if (step.ended) this.#finishEntry(header);
    return at + step.consumedBytes;
  }

  #finishEntry(header: PackEntryHeader): void {
    if (this.#producedBytes !== header.sizeBytes) {
      throw new RemoteProtocolError(
        'pack',
        `An entry holds ${this.#producedBytes} bytes and claims ${header.sizeBytes}.`,
      );
    }
    const offset = this.#wholeBytes;
    this.#entries++;
    this.#wholeBytes = this.#scannedBytes;
    this.#stage = this.#entries === this.#declaredEntries ? 'trailer' : 'entry-header';
    if (this.onEntry === undefined) return;
    const { type, sizeBytes, baseDistance, baseOid } = header;
    const base =
      baseDistance !== undefined
        ? { offset: offset - baseDistance }
        : baseOid !== undefined
          ? { oid: baseOid }
          : null;
    this.onEntry({ offset, type, sizeBytes, packedBytes: this.#wholeBytes - offset, base });
  }

  #packTrailer(chunk: Uint8Array, at: number): number {
    const length = oidBytesLength(this.#format);
    const end = this.#hold(chunk, at, length);
    if (this.#heldLength < length) return end;
    this.#trailer = hexOf(this.#held.subarray(0, length));
    this.#heldLength = 0;
    this.#stage = 'done';
    return end;
  }
}
