/** The command `ls-refs` of protocol v2: what refs a remote has (gitprotocol-v2, "ls-refs"). */

import { RefFilter, symrefTargetOf, type AdvertisedRef } from './advertised-ref.ts';
import { RemoteError, RemoteProtocolError } from './errors.ts';
import { parseOid, type ObjectFormat } from './oid.ts';
import { concatBytes, delimiterPkt, encodePktLine, flushPkt, PktLineReader } from './pkt-line.ts';
import { errorPacketText } from './sideband.ts';
import { pktLineBytesMax } from './limits.ts';
import { lineValue, textLine } from './text-line.ts';

/** The first lines of every v2 command. SHA-1 goes without saying: servers older than the capability refuse the word. */
export function commandLines(
  command: string,
  agent: string | null,
  objectFormat: ObjectFormat,
): Uint8Array[] {
  const lines = [encodePktLine(`command=${command}\n`)];
  if (agent !== null) lines.push(encodePktLine(`agent=${lineValue(agent, 'agent')}\n`));
  if (objectFormat !== 'sha1') lines.push(encodePktLine(`object-format=${objectFormat}\n`));
  return lines;
}

export interface LsRefsRequest {
  objectFormat: ObjectFormat;
  /** Null says nothing; right for servers that do not advertise `agent`. */
  agent: string | null;
  /** Ask what annotated tags stand for. */
  peel: boolean;
  /** Ask where symbolic refs point. */
  symrefs: boolean;
  /** Ask for a HEAD that points to a branch without commits; only where the server offers it. */
  unborn: boolean;
  /** Only refs whose full names begin with one of these; empty asks for all. Servers may ignore it. */
  refPrefixes: readonly string[];
}

/** The request as it goes over the wire. @throws LocalProtocolError for values a line cannot carry */
export function encodeLsRefsRequest(request: LsRefsRequest): Uint8Array {
  const parts = [...commandLines('ls-refs', request.agent, request.objectFormat), delimiterPkt];
  if (request.peel) parts.push(encodePktLine('peel\n'));
  if (request.symrefs) parts.push(encodePktLine('symrefs\n'));
  if (request.unborn) parts.push(encodePktLine('unborn\n'));
  for (const prefix of request.refPrefixes) {
    parts.push(encodePktLine(`ref-prefix ${lineValue(prefix, 'ref prefix')}\n`));
  }
  parts.push(flushPkt);
  return concatBytes(parts);
}

const symrefTargetKey = 'symref-target:';
const peeledKey = 'peeled:';

/** One line: `(obj-id | "unborn") SP refname *(SP ref-attribute)`. */
function parseRefLine(line: string, format: ObjectFormat): AdvertisedRef {
  const oidEnd = line.indexOf(' ');
  if (oidEnd === -1)
    throw new RemoteProtocolError('ref-list', `Not a line about a ref: ${JSON.stringify(line.slice(0, 80))}`);
  const first = line.slice(0, oidEnd);
  const oid = first === 'unborn' ? null : parseOid(first, format);
  const nameEnd = line.indexOf(' ', oidEnd + 1);
  if (nameEnd === -1) return { name: line.slice(oidEnd + 1), oid, symrefTarget: null, peeled: null };
  const ref: AdvertisedRef = { name: line.slice(oidEnd + 1, nameEnd), oid, symrefTarget: null, peeled: null };
  // Attributes we do not know are passed over, as git does (connect.c, process_ref_v2).
  for (const attribute of line.slice(nameEnd + 1).split(' ')) {
    if (attribute.startsWith(symrefTargetKey))
      ref.symrefTarget = symrefTargetOf(attribute.slice(symrefTargetKey.length));
    else if (attribute.startsWith(peeledKey))
      ref.peeled = parseOid(attribute.slice(peeledKey.length), format);
  }
  return ref;
}

/** Takes the answer in any pieces and gives refs as they become whole. */
export class LsRefsDecoder {
  readonly #reader = new PktLineReader();
  readonly #format: ObjectFormat;
  readonly #filter: RefFilter;
  #complete = false;

  constructor(options: { objectFormat: ObjectFormat }) {
    this.#format = options.objectFormat;
    this.#filter = new RefFilter(options.objectFormat);
  }

  /** Whether the flush packet came: only then is the list whole. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Refs left out because Git refuses their names (or they have the null id). */
  get droppedNames(): number {
    return this.#filter.dropped;
  }

  /**
   * @throws RemoteProtocolError `pkt-line`, `ref-list`, `object-id`, `limit`; RemoteError for an `ERR` packet. The
   * decoder is of no use after it threw.
   */
  push(chunk: Uint8Array): AdvertisedRef[] {
    const refs: AdvertisedRef[] = [];
    this.#reader.push(chunk);
    while (!this.#complete) {
      const packet = this.#reader.next();
      if (packet === null) break;
      if (packet.kind === 'flush') {
        this.#complete = true;
        continue;
      }
      if (packet.kind !== 'data') {
        throw new RemoteProtocolError('ref-list', `A ${packet.kind} packet stands in the list of refs.`);
      }
      const errorText = errorPacketText(packet.payload);
      if (errorText !== null) throw new RemoteError(errorText);
      const ref = parseRefLine(textLine(packet.payload, pktLineBytesMax), this.#format);
      if (ref.oid === null && ref.symrefTarget === null) continue; // unborn, and does not say where: nothing is known
      if (this.#filter.takes(ref.name, ref.oid)) refs.push(ref);
    }
    this.#checkEnd();
    return refs;
  }

  #checkEnd(): void {
    if (this.#complete && this.#reader.buffered > 0) {
      throw new RemoteProtocolError('ref-list', 'Something follows the end of the list of refs.');
    }
  }

  /** Says that no more bytes come. @throws RemoteProtocolError `truncated` when the list is not whole */
  finish(): void {
    if (!this.#complete) throw new RemoteProtocolError('truncated', 'The list of refs ended early.');
    this.#checkEnd();
  }
}
