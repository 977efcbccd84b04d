/**
 * The first thing a remote says: what it can do (gitprotocol-v2, "Capability Advertisement"), or, in versions 0 and 1,
 * all its refs (gitprotocol-pack, "Reference Discovery"). Over HTTP a prelude may stand before it (gitprotocol-http).
 */

import type { AdvertisedRef } from './advertised-ref.ts';
import { RemoteError, RemoteProtocolError } from './errors.ts';
import { capabilityBytesMax, capabilityLinesMax } from './limits.ts';
import { parseObjectFormat, type ObjectFormat } from './oid.ts';
import { PktLineReader } from './pkt-line.ts';
import { safeText } from './safe-text.ts';
import { errorPacketText } from './sideband.ts';
import { textLine } from './text-line.ts';
import { V0RefsDecoder } from './v0-refs.ts';

/** What a v2 remote offers. */
export interface AdvertisementV2 {
  readonly version: 2;
  readonly agent: string | null;
  readonly objectFormat: ObjectFormat;
  /** Every capability but those above, with its value split at spaces: `fetch` → `['shallow', 'filter']`. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  /** Whether `server-option` lines may be sent. */
  readonly serverOptions: boolean;
  /** The lines as they came, without line ends; not safe to show. */
  readonly raw: readonly string[];
}

/** What a v0 or v1 remote offers. */
export interface AdvertisementV0 {
  readonly version: 0 | 1;
  readonly agent: string | null;
  readonly objectFormat: ObjectFormat;
  readonly refs: readonly AdvertisedRef[];
  /** Refs left out because Git refuses their names. */
  readonly droppedNames: number;
  readonly capabilities: readonly string[];
  /** From `symref=` capabilities: name → the full name it points to. */
  readonly symrefs: ReadonlyMap<string, string>;
  /** Commits whose parents the remote itself lacks. */
  readonly shallow: readonly string[];
}

/** `dumb`: a plain file `info/refs` on a web server that runs no Git. */
export type Advertisement = AdvertisementV2 | AdvertisementV0 | { readonly version: 'dumb' };

function advertisementOfLines(raw: readonly string[]): AdvertisementV2 {
  const values = new Map<string, string>();
  for (const line of raw) {
    const equals = line.indexOf('=');
    const key = equals === -1 ? line : line.slice(0, equals);
    // The first of equal keys counts, as in git (connect.c, server_feature_v2).
    if (key !== '' && !values.has(key)) values.set(key, equals === -1 ? '' : line.slice(equals + 1));
  }
  const agent = values.get('agent');
  const commands = new Map<string, readonly string[]>();
  for (const [key, value] of values) {
    if (key !== 'agent' && key !== 'object-format')
      commands.set(
        key,
        value.split(' ').filter((word) => word !== ''),
      );
  }
  const objectFormat = parseObjectFormat(values.get('object-format'));
  if (!commands.has('ls-refs'))
    throw new RemoteProtocolError('advertisement', 'The server cannot list its refs.');
  return {
    version: 2,
    agent: agent === undefined ? null : safeText(agent, 200),
    objectFormat,
    commands,
    serverOptions: commands.has('server-option'),
    raw,
  };
}

export interface AdvertisementOptions {
  /**
   * `http`: the body of `info/refs?service=git-upload-pack`, prelude allowed, needed for v0 and v1. `stream`: what
   * upload-pack says over SSH, git:// or a pipe, where no prelude belongs.
   */
  carrier?: 'http' | 'stream';
}

type Stage = 'sniff' | 'first' | 'prelude' | 'after-prelude' | 'v2' | 'refs' | 'dumb' | 'complete';

/** `<oid> TAB <name>`: how a dumb server's info/refs begins; its first four characters would pass as a length. */
const dumbStart = /^(?:[0-9a-f]{40}|[0-9a-f]{64})\t/;
const dumbPrefix = /^[0-9a-f]{0,64}$/;
const sniffBytes = 65;

/** Takes the answer in any pieces; `finish` gives the advertisement. */
export class AdvertisementDecoder {
  readonly #reader = new PktLineReader();
  readonly #carrier: 'http' | 'stream';
  #stage: Stage = 'sniff';
  #sniffed = '';
  #lines: string[] = [];
  #lineBytes = 0;
  #version: 0 | 1 | 2 = 0;
  #refs: V0RefsDecoder | null = null;

  constructor(options: AdvertisementOptions = {}) {
    this.#carrier = options.carrier ?? 'http';
  }

  /** Whether the advertisement is whole. */
  get complete(): boolean {
    return this.#stage === 'complete';
  }

  /** Bytes after the advertisement; on a stream they belong to what follows. */
  takeRest(): Uint8Array {
    return this.#reader.takeRest();
  }

  /**
   * @throws RemoteProtocolError (`not-git` when this is not Git's language at all), RemoteError for an `ERR` packet
   */
  push(chunk: Uint8Array): void {
    if (this.#stage === 'dumb') return;
    this.#reader.push(chunk);
    if (this.#stage === 'sniff' && !this.#sniff(chunk)) return;
    while (this.#stage !== 'complete') {
      const packet = this.#next();
      if (packet === null) return;
      if (packet.kind === 'data') this.#takeLine(packet.payload);
      else if (packet.kind === 'flush') this.#takeFlush();
      else
        throw new RemoteProtocolError(
          'advertisement',
          `A ${packet.kind} packet stands in the advertisement.`,
        );
    }
  }

  /** @throws RemoteProtocolError `truncated`, or what else is wrong with the whole */
  finish(): Advertisement {
    if (this.#stage === 'dumb') return { version: 'dumb' };
    if (this.#stage === 'sniff' || this.#stage === 'first') {
      // Too short even for one packet: nothing in it says that this is Git.
      if (this.#reader.buffered === 0) throw new RemoteProtocolError('not-git', 'The answer is empty.');
      this.#stage = 'first';
      this.push(new Uint8Array(0));
      // Lengths of first packets begin with 0; a page that begins with four hex digits waits here for its 50,000 bytes.
      if (this.complete === false && !this.#looksCut()) throw this.#notGit();
    }
    if (this.#stage !== 'complete') {
      throw new RemoteProtocolError('truncated', "The server's list of capabilities ended early.");
    }
    if (this.#carrier === 'http' && this.#reader.buffered > 0) {
      throw new RemoteProtocolError('advertisement', 'Something follows the end of the advertisement.');
    }
    if (this.#refs === null) return advertisementOfLines(this.#lines);
    return { version: this.#version === 1 ? 1 : 0, ...this.#refs.finish() };
  }

  /** Looks for a dumb server's list. False while it may still be one. */
  #sniff(chunk: Uint8Array): boolean {
    this.#sniffed += String.fromCharCode(...chunk.subarray(0, sniffBytes - this.#sniffed.length));
    if (this.#carrier === 'http') {
      if (dumbStart.test(this.#sniffed)) {
        this.#stage = 'dumb';
        this.#reader.takeRest();
        return false;
      }
      if (this.#sniffed.length < sniffBytes && dumbPrefix.test(this.#sniffed)) return false;
    }
    this.#stage = 'first';
    return true;
  }

  #next() {
    try {
      return this.#reader.next();
    } catch (error) {
      // A page or a banner: the very first bytes are no length.
      if (this.#stage !== 'first' || !(error instanceof RemoteProtocolError)) throw error;
      throw this.#notGit();
    }
  }

  #notGit(): RemoteProtocolError {
    return new RemoteProtocolError('not-git', "The answer is not in Git's language.");
  }

  /** Whether what came so far may be the beginning of an advertisement. */
  #looksCut(): boolean {
    return this.#stage !== 'first' || this.#sniffed.startsWith('0');
  }

  #takeFlush(): void {
    switch (this.#stage) {
      case 'prelude':
        this.#stage = 'after-prelude';
        return;
      case 'v2':
      case 'refs':
        this.#stage = 'complete';
        return;
      default:
        throw new RemoteProtocolError('advertisement', 'The advertisement ends where it should begin.');
    }
  }

  #takeLine(payload: Uint8Array): void {
    const errorText = errorPacketText(payload);
    if (errorText !== null) throw new RemoteError(errorText);
    switch (this.#stage) {
      case 'first':
      case 'after-prelude':
        return this.#takeFirstLine(payload);
      case 'v2':
        return this.#takeCapability(payload);
      case 'refs':
        return this.#refs?.takeLine(payload);
      case 'prelude':
        return; // metadata of later versions, up to the flush (remote-curl.c, check_smart_http)
      default:
        throw new RemoteProtocolError('advertisement', 'Something follows the end of the advertisement.');
    }
  }

  #takeFirstLine(payload: Uint8Array): void {
    const line = textLine(payload, capabilityBytesMax);
    if (this.#stage === 'first' && this.#carrier === 'http') {
      if (line === '# service=git-upload-pack') {
        this.#stage = 'prelude';
        return;
      }
      if (line !== 'version 2') {
        const reason = line.startsWith('version ') ? 'advertisement' : 'not-git';
        throw new RemoteProtocolError(reason, 'The answer does not begin as Git begins over HTTP.');
      }
    }
    if (line === 'version 2') {
      this.#version = 2;
      this.#stage = 'v2';
    } else if (line === 'version 1') {
      this.#version = 1;
      this.#refs = new V0RefsDecoder();
      this.#stage = 'refs';
    } else if (line.startsWith('version ')) {
      throw new RemoteProtocolError(
        'advertisement',
        `The server speaks ${JSON.stringify(line.slice(0, 40))} only.`,
      );
    } else {
      this.#refs = new V0RefsDecoder();
      this.#refs.takeLine(payload);
      this.#stage = 'refs';
    }
  }

  #takeCapability(payload: Uint8Array): void {
    this.#lineBytes += payload.length;
    if (this.#lines.length >= capabilityLinesMax || this.#lineBytes > capabilityBytesMax) {
      throw new RemoteProtocolError('limit', 'The server lists more capabilities than any server has.');
    }
    this.#lines.push(textLine(payload, capabilityBytesMax));
  }
}

/** The advertisement in bytes that are all there. Errors as in AdvertisementDecoder. */
export function decodeAdvertisement(bytes: Uint8Array, options: AdvertisementOptions = {}): Advertisement {
  const decoder = new AdvertisementDecoder(options);
  decoder.push(bytes);
  return decoder.finish();
}
