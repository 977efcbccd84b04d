/** The command `bundle-uri` of protocol v2: which bundles a server advertises (gitprotocol-v2, "bundle-uri"). */

import { bundleListOf, type BundleList } from './bundle-list.ts';
import type { ConfigEntry } from './config-text.ts';
import { RemoteError, RemoteProtocolError } from './errors.ts';
import { configBytesMax, configEntriesMax, pktLineBytesMax } from './limits.ts';
import { commandLines } from './ls-refs.ts';
import type { ObjectFormat } from './oid.ts';
import { concatBytes, delimiterPkt, flushPkt, PktLineReader } from './pkt-line.ts';
import { errorPacketText } from './sideband.ts';
import { textLine } from './text-line.ts';

/** The request; it takes no arguments. @throws LocalProtocolError for an agent that a line cannot carry */
export function encodeBundleUriRequest(request: {
  objectFormat: ObjectFormat;
  /** Null says nothing; right for servers that do not advertise `agent`. */
  agent: string | null;
}): Uint8Array {
  const lines = commandLines('bundle-uri', request.agent, request.objectFormat);
  return concatBytes([...lines, delimiterPkt, flushPkt]);
}

/**
 * `key=value`, the key in the names of the configuration. Section and last part of the key have no case there, so they
 * have none here (git writes them in lower case and reads nothing else). Null for a line of another form.
 */
function entryOf(line: string): ConfigEntry | null {
  const equals = line.indexOf('=');
  const [key, value] = [line.slice(0, equals), line.slice(equals + 1)];
  const [firstDot, lastDot] = [key.indexOf('.'), key.lastIndexOf('.')];
  if (equals < 1 || value === '' || firstDot === -1 || line.includes('\0')) return null;
  const section = key.slice(0, firstDot).toLowerCase();
  if (section !== 'bundle') return null;
  return { name: section + key.slice(firstDot, lastDot) + key.slice(lastDot).toLowerCase(), value };
}

/** Takes the answer in any pieces. It is of no use after it threw. */
export class BundleUriDecoder {
  readonly #reader = new PktLineReader();
  readonly #entries: ConfigEntry[] = [];
  #bytes = 0;
  #discardedLines = 0;
  #complete = false;

  /** Whether the flush packet came: only then is the list whole. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Lines of another form than `bundle.<…>=<value>`: "SHOULD be discarded" (git discards all that follow, too). */
  get discardedLines(): number {
    return this.#discardedLines;
  }

  /** @throws RemoteProtocolError `pkt-line`, `bundle-list`, `limit`; RemoteError for an `ERR` packet */
  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    while (!this.#complete) {
      const packet = this.#reader.next();
      if (packet === null) return;
      if (packet.kind === 'data') this.#takeLine(packet.payload);
      else if (packet.kind === 'flush') this.#complete = true;
      else
        throw new RemoteProtocolError(
          'bundle-list',
          `A ${packet.kind} packet stands in the list of bundles.`,
        );
    }
    this.#checkEnd();
  }

  /**
   * Says that no more bytes come.
   * @throws RemoteProtocolError `truncated` when the answer is not whole, and what is wrong with the list (bundleListOf)
   */
  finish(): BundleList {
    if (!this.#complete) throw new RemoteProtocolError('truncated', 'The list of bundles ended early.');
    this.#checkEnd();
    return bundleListOf(this.#entries);
  }

  #checkEnd(): void {
    if (this.#complete && this.#reader.buffered > 0)
      throw new RemoteProtocolError('bundle-list', 'Something follows the end of the list of bundles.');
  }

  #takeLine(payload: Uint8Array): void {
    const errorText = errorPacketText(payload);
    if (errorText !== null) throw new RemoteError(errorText);
    this.#bytes += payload.length;
    if (this.#bytes > configBytesMax || this.#entries.length + this.#discardedLines >= configEntriesMax)
      throw new RemoteProtocolError('limit', 'The list of bundles is longer than any we expect.');
    const entry = entryOf(textLine(payload, pktLineBytesMax));
    if (entry === null) this.#discardedLines++;
    else this.#entries.push(entry);
  }
}
