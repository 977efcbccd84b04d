/** The answer to `fetch`, from bytes to events (gitprotocol-v2, "fetch"). The order of things is in conversation.ts. */

import { fetchSections, firstFetchState, nextFetchState } from './conversation.ts';
import type { FetchInput, FetchSection, FetchState } from './conversation.ts';
import { RemoteError, RemoteProtocolError } from './errors.ts';
import { parseSectionLine, sectionLinesMax, type SectionLineEvent } from './fetch-section-lines.ts';
import type { ObjectFormat } from './oid.ts';
import { PktLineReader, type Packet } from './pkt-line.ts';
import { safeText } from './safe-text.ts';
import { decodeSideband, errorPacketText, ProgressLines } from './sideband.ts';
import { textLine } from './text-line.ts';

export type FetchEvent =
  | { readonly type: 'section'; readonly name: FetchSection }
  | SectionLineEvent
  /** Bytes of the pack, in order. A view of a pushed chunk where that was possible. */
  | { readonly type: 'pack-data'; readonly data: Uint8Array }
  /** One line of the server's progress, safe to show. */
  | { readonly type: 'progress'; readonly text: string }
  /** The server gave up, in its words, safe to show. Nothing follows. */
  | { readonly type: 'remote-error'; readonly text: string }
  /** The flush packet: the answer is whole. Nothing follows. */
  | { readonly type: 'end' };

/** Behind a packet's length, and the pack's own number (gitprotocol-pack, "Packfile Data"). */
const bandAt = 4;
const packBand = 1;

function isFetchSection(text: string): text is FetchSection {
  return (fetchSections as readonly string[]).includes(text);
}

/**
 * Takes the answer in any pieces and gives events. Holds at most one packet and one line of progress.
 *
 * A violation never takes back what came before it: when one is found behind events in the same chunk, these are given
 * and the next `push` or `finish` throws.
 */
export class FetchResponseDecoder {
  readonly #reader = new PktLineReader();
  readonly #format: ObjectFormat;
  readonly #sidebandAll: boolean;
  readonly #progress = new ProgressLines();
  #state: FetchState = firstFetchState;
  #linesInSection = 0;
  #events: FetchEvent[] = [];
  #failure: RemoteProtocolError | RemoteError | null = null;

  constructor(options: { objectFormat: ObjectFormat; sidebandAll?: boolean }) {
    this.#format = options.objectFormat;
    this.#sidebandAll = options.sidebandAll ?? false;
  }

  get state(): FetchState {
    return this.#state;
  }

  /** Whether the whole answer came, to its flush packet, and nothing after it. */
  get complete(): boolean {
    return this.#state === 'end' && this.#failure === null;
  }

  /**
   * The events in `chunk`, and in what was held back before it. After a `remote-error` event nothing is read any more.
   * @throws RemoteProtocolError when the answer breaks the protocol
   */
  push(chunk: Uint8Array): FetchEvent[] {
    if (this.#failure instanceof RemoteProtocolError) throw this.#failure;
    if (this.#state === 'failed') return [];
    this.#events = [];
    try {
      this.#reader.push(chunk);
      while (this.#failure === null && this.#state !== 'end') {
        const packet = this.#reader.next();
        if (packet === null) break;
        this.#take(packet);
      }
      if (this.#state === 'end' && this.#reader.buffered > 0) throw this.#violation('bytes after the end');
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.#failure = error;
      if (this.#events.length === 0) throw error;
    }
    return this.#events;
  }

  /**
   * Says that no more bytes come.
   * @throws RemoteProtocolError `truncated` when the answer is not whole, or the violation that stopped it; RemoteError
   * when the server gave up
   */
  finish(): void {
    if (this.#failure !== null) throw this.#failure;
    if (!this.complete)
      throw new RemoteProtocolError('truncated', `The answer ended early (${this.#state}).`);
  }

  /**
   * What came of a packet of the pack that the end of the connection cut off: the pack's next bytes all the same. Empty
   * when there is none. Takes them out; nothing may be pushed afterwards.
   */
  takeCutPackData(): Uint8Array {
    if (this.#state !== 'in-packfile' || this.#failure !== null) return new Uint8Array();
    const packet = this.#reader.takeRest();
    return packet[bandAt] === packBand ? packet.subarray(bandAt + 1) : new Uint8Array();
  }

  #violation(what: string): RemoteProtocolError {
    return new RemoteProtocolError('fetch-response', `The answer to fetch has ${what} (${this.#state}).`);
  }

  #enter(input: FetchInput): void {
    const next = nextFetchState(this.#state, input);
    if (next === null)
      throw this.#violation(`${input === 'line' ? 'a line' : `"${input}"`} where none may stand`);
    this.#state = next;
  }

  #take(packet: Packet): void {
    if (packet.kind !== 'data') {
      this.#enter(packet.kind);
      if (this.#state !== 'end') return;
      this.#tellProgress(this.#progress.finish());
      this.#events.push({ type: 'end' });
      return;
    }
    const errorText = errorPacketText(packet.payload);
    if (errorText !== null) return this.#fail(errorText);
    if (this.#state === 'in-packfile' || this.#sidebandAll) this.#takeMultiplexed(packet.payload);
    else this.#takeLine(packet.payload);
  }

  #takeMultiplexed(payload: Uint8Array): void {
    // Nothing in it, not even a band: some servers keep a connection awake with it.
    if (payload.length === 0) return;
    const { band, data } = decodeSideband(payload);
    if (band === 'progress') return this.#tellProgress(this.#progress.push(data));
    if (band === 'error') return this.#fail(safeText(data).trim());
    // An empty piece of the pack is upload-pack's keepalive while it counts objects (upload-pack.c).
    if (data.length === 0) return;
    if (this.#state !== 'in-packfile') return this.#takeLine(data);
    this.#enter('line');
    this.#events.push({ type: 'pack-data', data });
  }

  #takeLine(payload: Uint8Array): void {
    const errorText = this.#sidebandAll ? errorPacketText(payload) : null;
    if (errorText !== null) return this.#fail(errorText);
    const line = textLine(payload);
    if (this.#state.startsWith('before-')) return this.#takeHeader(line);
    if (++this.#linesInSection > sectionLinesMax(this.#state)) {
      throw new RemoteProtocolError('limit', `Too many lines in one section (${this.#state}).`);
    }
    const event = parseSectionLine(this.#state, line, this.#format);
    this.#enter(event?.type === 'acknowledgment' && event.kind === 'ready' ? 'ready' : 'line');
    if (event !== null) this.#events.push(event);
  }

  #takeHeader(line: string): void {
    this.#linesInSection = 0;
    if (!isFetchSection(line)) return this.#enter('unknown-section');
    this.#enter(line);
    this.#events.push({ type: 'section', name: line });
  }

  #tellProgress(lines: readonly string[]): void {
    for (const text of lines) this.#events.push({ type: 'progress', text });
  }

  #fail(text: string): void {
    this.#enter('error');
    this.#tellProgress(this.#progress.finish());
    this.#events.push({ type: 'remote-error', text });
    this.#failure = new RemoteError(text);
  }
}
