/**
 * One answer to `fetch`, from the socket to the disk: the pack's bytes go to the spool and, as they come, to whoever
 * indexes them. Nothing is read from the socket faster than both take it.
 */

import { FetchResponseDecoder, safeText, type FetchEvent, type ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { Clock, SpoolFile } from '../ports.ts';
import type { AnswerBytes } from '../remote/index.ts';
import { protocolFailure } from '../remote/index.ts';
import { Portions } from './portions.ts';

export interface PackSink {
  /** Takes the next bytes of the pack; resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
}

export interface PackStreamListener {
  /** Pack bytes spooled so far. */
  onBytes(packBytes: number): void;
  /** From the pack's header, as soon as it is here. */
  onObjectCount(objects: number): void;
  /** Where the history was cut short on purpose, if anywhere; waited for before the first byte of the pack. */
  onBoundary?: (shallow: readonly string[]) => Promise<void>;
}

export interface PackStreamResult {
  packBytes: number;
  objects: number;
  shallow: string[];
  unshallow: string[];
}

/**
 * What a power cut may take: so many bytes, or what arrives within this time, whichever is more. On a line that brings
 * 8 MiB in less than a second the disk would be busy with nothing but syncing what the same line replaces in a second.
 * (Nothing at all is lost when only a process dies: the system has the bytes.)
 */
const unsyncedBytesMax = 8 * 1024 * 1024;
const unsyncedMsMin = 1_000;

const packHeaderBytes = 12;

/** Bytes 8…11 of a pack are its number of objects (gitformat-pack, "pack-*.pack files"). */
function objectCount(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  return view.getUint32(8);
}

/** Keeps fdatasync running beside the stream, one at a time, so that the stream waits only when a sync falls behind. */
class Syncer {
  readonly #spool: SpoolFile;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #running: Promise<void> | null = null;
  #startedAtMs: number;

  constructor(spool: SpoolFile, clock: Pick<Clock, 'monotonicMs'>) {
    this.#spool = spool;
    this.#clock = clock;
    this.#startedAtMs = clock.monotonicMs();
  }

  async afterWrite(): Promise<void> {
    const unsynced = this.#spool.lengthBytes - this.#spool.durableBytes;
    if (unsynced < unsyncedBytesMax) return;
    const sinceMs = this.#clock.monotonicMs() - this.#startedAtMs;
    if (this.#running !== null) {
      // The disk is slower than the line: the line waits.
      if (sinceMs >= 2 * unsyncedMsMin) await this.#running;
      return;
    }
    if (sinceMs < unsyncedMsMin) return;
    this.#startedAtMs = this.#clock.monotonicMs();
    this.#running = this.#spool.sync().finally(() => (this.#running = null));
    // Whoever waits next hears of a failure; without this an early one would be unhandled.
    this.#running.catch(() => {});
  }

  /** @param everything also what has not been synced yet */
  async finish(everything: boolean): Promise<void> {
    await this.#running;
    if (everything) await this.#spool.sync();
  }
}

/** The way of the pack's bytes to the spool and to whoever indexes them. */
function portionsFor(
  { spool, sink, listener }: { spool: SpoolFile; sink: PackSink; listener: PackStreamListener },
  syncer: Syncer,
): Portions {
  let spooledBytes = 0;
  return new Portions(async (portion) => {
    await Promise.all([spool.append(portion), sink.write(portion)]);
    spooledBytes += portion.length;
    listener.onBytes(spooledBytes);
    await syncer.afterWrite();
  });
}

export interface PackStreamParts {
  spool: SpoolFile;
  sink: PackSink;
  listener: PackStreamListener;
  host: string;
  objectFormat: ObjectFormat;
  clock: Pick<Clock, 'monotonicMs'>;
  /** The spool itself will become the pack. */
  keepsSpool: boolean;
}

/**
 * Reads an answer to its flush packet. When this throws, what arrived is in the spool, durable; when it resolves, only
 * with `keepsSpool`: a spool that was indexed on the way has done its duty, and git syncs the pack it made of it.
 *
 * A transfer is complete only when the flush packet came (gitprotocol-v2, "fetch"); that the pack is whole as well is
 * for index-pack to say, which checks its count and trailer.
 *
 * @throws EngineError `connection-lost` when the answer ends early, `remote-refused` with the server's words,
 * `protocol-violation`; the signal's reason when aborted
 */
export async function receivePack(answer: AnswerBytes, parts: PackStreamParts): Promise<PackStreamResult> {
  const { spool, listener, host } = parts;
  const decoder = new FetchResponseDecoder({ objectFormat: parts.objectFormat });
  const syncer = new Syncer(spool, parts.clock);
  let everything = true;
  const result: PackStreamResult = { packBytes: 0, objects: 0, shallow: [], unshallow: [] };
  const header = new Uint8Array(packHeaderBytes);

  const portions = portionsFor(parts, syncer);

  const takePackData = async (data: Uint8Array): Promise<void> => {
    if (data.length === 0) return;
    if (result.packBytes < packHeaderBytes) {
      header.set(data.subarray(0, packHeaderBytes - result.packBytes), result.packBytes);
      if (result.packBytes + data.length >= packHeaderBytes) {
        result.objects = objectCount(header);
        listener.onObjectCount(result.objects);
      }
    }
    result.packBytes += data.length;
    await portions.take(data);
  };

  const take = async (event: FetchEvent): Promise<void> => {
    switch (event.type) {
      case 'pack-data':
        return takePackData(event.data);
      case 'remote-error':
        throw new EngineError('remote-refused', { host, detail: safeText(event.text) });
      case 'section':
        if (event.name === 'packfile') await listener.onBoundary?.(result.shallow);
        return;
      case 'shallow':
      case 'unshallow':
        result[event.type].push(event.oid);
        return;
      default:
        return;
    }
  };

  try {
    for await (const chunk of answer) {
      for (const event of decoder.push(chunk)) await take(event);
    }
    await portions.finish();
    // Ended before its flush packet, or with a violation in its last bytes: either way it is not whole.
    decoder.finish();
    everything = parts.keepsSpool;
    return result;
  } catch (error) {
    // The first failure is the one to tell, also when the disk now has one of its own.
    await takePackData(decoder.takeCutPackData()).catch(() => {});
    await portions.settle();
    throw protocolFailure(error, host, 'connection-lost');
  } finally {
    await syncer.finish(everything);
  }
}
