/** The command `fetch` of protocol v2, our side of it (gitprotocol-v2, "fetch"). */

import { LocalProtocolError } from './errors.ts';
import { commandLines } from './ls-refs.ts';
import { oidBytesLength, oidHexLength, type ObjectFormat } from './oid.ts';
import { concatBytes, delimiterPkt, encodePktLine, flushPkt } from './pkt-line.ts';
import { lineValue } from './text-line.ts';

export interface FetchRequest {
  objectFormat: ObjectFormat;
  /** Null says nothing; right for servers that do not advertise `agent`. */
  agent: string | null;
  /** Objects we ask for, in the order they go out. */
  wants: readonly string[];
  /** More of them, for very many: ids as bytes, one behind the other. */
  wantBytes?: Uint8Array;
  /** Refs asked for by name; where the server offers `ref-in-want`. */
  wantRefs?: readonly string[];
  /** Objects we have, with everything they reach. */
  haves?: readonly string[];
  /** No negotiation: send the pack now. */
  done: boolean;
  /** Never send a pack before we say done; where the server offers `wait-for-done`. */
  waitForDone?: boolean;
  /** Deltas may lean on objects we have and the pack lacks. */
  thinPack?: boolean;
  /** Deltas may name their base by its distance; without it every base costs a whole object id. */
  ofsDelta: boolean;
  noProgress?: boolean;
  /** Send annotated tags whose objects are sent. */
  includeTag?: boolean;
  /** Commits whose parents we lack. */
  shallow?: readonly string[];
  /** Commits of history wanted from each tip, at least 1. */
  deepen?: number;
  /** Count `deepen` from our boundary instead of the tips. */
  deepenRelative?: boolean;
  /** Only commits after this moment; seconds since 1970. */
  deepenSince?: number;
  /** Only commits these refs do not reach. */
  deepenNot?: readonly string[];
  /** A filter-spec as in git-rev-list(1), e.g. `blob:none`. */
  filter?: string;
  /** Protocols of URIs we would follow, e.g. `https`. */
  packfileUris?: readonly string[];
  /** Multiplex the whole response, not only the pack. */
  sidebandAll?: boolean;
  /** Our extension: ask for a pack with an id, or for the rest of one of which we hold the first `skip` bytes. */
  resume?: true | { packId: string; skip: number };
}

/** Number as digits. @throws LocalProtocolError unless it is a whole number of at least `min` */
function digits(value: number, min: number, what: string): string {
  if (!Number.isSafeInteger(value) || value < min)
    throw new LocalProtocolError(`The ${what} is not a whole number ≥ ${min}.`);
  return String(value);
}

const ascii = new TextEncoder();

/** Lines `keyword SP obj-id LF`, written into one array: a million of them must not be a million arrays. */
function oidLines(keyword: string, oids: readonly string[], format: ObjectFormat): Uint8Array {
  const oidLength = oidHexLength(format);
  const lineBytes = 4 + keyword.length + 1 + oidLength + 1;
  const head = ascii.encode(`${lineBytes.toString(16).padStart(4, '0')}${keyword} `);
  const lines = new Uint8Array(lineBytes * oids.length);
  let at = 0;
  for (const oid of oids) {
    lines.set(head, at);
    at += head.length;
    // Checked and written in one go; the encoder's call for each id would cost more than the digits do.
    if (oid.length !== oidLength) throw new LocalProtocolError(`A "${keyword}" line needs an object id.`);
    for (let i = 0; i < oidLength; i++) {
      const digit = oid.charCodeAt(i);
      const isHex = (digit >= 0x30 && digit <= 0x39) || (digit >= 0x61 && digit <= 0x66);
      if (!isHex) throw new LocalProtocolError(`A "${keyword}" line needs an object id.`);
      lines[at++] = digit;
    }
    lines[at++] = 0x0a;
  }
  return lines;
}

const hexDigits = ascii.encode('0123456789abcdef');

/** The same for ids that are bytes. */
function oidLinesOfBytes(keyword: string, oids: Uint8Array, format: ObjectFormat): Uint8Array {
  const oidBytes = oidBytesLength(format);
  if (oids.length % oidBytes !== 0) throw new LocalProtocolError(`"${keyword}" lines need whole object ids.`);
  const lineBytes = 4 + keyword.length + 1 + 2 * oidBytes + 1;
  const head = ascii.encode(`${lineBytes.toString(16).padStart(4, '0')}${keyword} `);
  const lines = new Uint8Array((oids.length / oidBytes) * lineBytes);
  let at = 0;
  for (let from = 0; from < oids.length; from += oidBytes) {
    lines.set(head, at);
    at += head.length;
    for (let i = from; i < from + oidBytes; i++) {
      const byte = oids[i] ?? 0;
      lines[at++] = hexDigits[byte >> 4] ?? 0;
      lines[at++] = hexDigits[byte & 15] ?? 0;
    }
    lines[at++] = 0x0a;
  }
  return lines;
}

function shallowLines(request: FetchRequest): Uint8Array[] {
  const parts: Uint8Array[] = [];
  if (request.shallow !== undefined) parts.push(oidLines('shallow', request.shallow, request.objectFormat));
  if (request.deepen !== undefined)
    parts.push(encodePktLine(`deepen ${digits(request.deepen, 1, 'depth')}\n`));
  if (request.deepenSince !== undefined) {
    parts.push(encodePktLine(`deepen-since ${digits(request.deepenSince, 0, 'moment')}\n`));
  }
  for (const ref of request.deepenNot ?? [])
    parts.push(encodePktLine(`deepen-not ${lineValue(ref, 'excluded ref')}\n`));
  if (request.deepenRelative === true) parts.push(encodePktLine('deepen-relative\n'));
  return parts;
}

function resumeLine(resume: true | { packId: string; skip: number }): string {
  if (resume === true) return 'resume\n';
  if (!/^[0-9a-f]+$/.test(resume.packId)) throw new LocalProtocolError('The pack id is not hex.');
  return `resume=${resume.packId},${digits(resume.skip, 0, 'number of bytes held')}\n`;
}

/**
 * The request as it goes over the wire, one array. Options come first, then wants and haves, then `done`: the order of
 * git's own client (fetch-pack.c, send_fetch_request), which every server has met.
 * @throws LocalProtocolError for values the lines cannot carry, or when nothing is wanted
 */
export function encodeFetchRequest(request: FetchRequest): Uint8Array {
  const { objectFormat, wantRefs = [], haves = [], packfileUris = [] } = request;
  const { wantBytes = new Uint8Array() } = request;
  if (request.wants.length + wantBytes.length + wantRefs.length === 0)
    throw new LocalProtocolError('A fetch must want something.');
  const parts = [...commandLines('fetch', request.agent, objectFormat), delimiterPkt];
  const flag = (on: boolean | undefined, line: string): void => {
    if (on === true) parts.push(encodePktLine(`${line}\n`));
  };
  flag(request.thinPack, 'thin-pack');
  flag(request.noProgress, 'no-progress');
  flag(request.includeTag, 'include-tag');
  flag(request.ofsDelta, 'ofs-delta');
  flag(request.sidebandAll, 'sideband-all');
  flag(request.waitForDone, 'wait-for-done');
  parts.push(...shallowLines(request));
  if (request.filter !== undefined)
    parts.push(encodePktLine(`filter ${lineValue(request.filter, 'filter')}\n`));
  if (packfileUris.length > 0) {
    const protocols = packfileUris.map((protocol) => lineValue(protocol, 'protocol of packfile URIs'));
    parts.push(encodePktLine(`packfile-uris ${protocols.join(',')}\n`));
  }
  if (request.resume !== undefined) parts.push(encodePktLine(resumeLine(request.resume)));
  parts.push(oidLines('want', request.wants, objectFormat), oidLinesOfBytes('want', wantBytes, objectFormat));
  for (const ref of wantRefs) parts.push(encodePktLine(`want-ref ${lineValue(ref, 'wanted ref')}\n`));
  parts.push(oidLines('have', haves, objectFormat));
  flag(request.done, 'done');
  parts.push(flushPkt);
  return concatBytes(parts);
}
