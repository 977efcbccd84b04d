/** What the lines inside the sections of a fetch answer say (gitprotocol-v2, "fetch"). */

import type { FetchState } from './conversation.ts';
import { RemoteProtocolError } from './errors.ts';
import * as limits from './limits.ts';
import { oidHexLength, parseOid, type ObjectFormat } from './oid.ts';
import { isRefName } from './ref-name.ts';

export type SectionLineEvent =
  | { readonly type: 'acknowledgment'; readonly kind: 'nak' | 'ready' }
  | { readonly type: 'acknowledgment'; readonly kind: 'ack'; readonly oid: string }
  | { readonly type: 'shallow' | 'unshallow'; readonly oid: string }
  | { readonly type: 'wanted-ref'; readonly oid: string; readonly name: string }
  /** `hash` is the pack's trailer, by which the pack at `uri` is to be checked. */
  | { readonly type: 'packfile-uri'; readonly hash: string; readonly uri: string }
  /** Our extension; `offset` and `size` are bytes in digits, `seed` is an object id. */
  | { readonly type: 'pack-info'; readonly key: PackInfoKey; readonly value: string };

export type PackInfoKey = 'pack-id' | 'offset' | 'size' | 'seed';

function refuse(section: string, line: string): never {
  throw new RemoteProtocolError(
    'fetch-response',
    `Not a line of ${section}: ${JSON.stringify(line.slice(0, 80))}`,
  );
}

function acknowledgment(line: string, format: ObjectFormat): SectionLineEvent {
  if (line === 'NAK') return { type: 'acknowledgment', kind: 'nak' };
  if (line === 'ready') return { type: 'acknowledgment', kind: 'ready' };
  if (!line.startsWith('ACK ')) refuse('acknowledgments', line);
  return { type: 'acknowledgment', kind: 'ack', oid: parseOid(line.slice(4), format) };
}

function shallowInfo(line: string, format: ObjectFormat): SectionLineEvent {
  if (line.startsWith('shallow ')) return { type: 'shallow', oid: parseOid(line.slice(8), format) };
  if (line.startsWith('unshallow ')) return { type: 'unshallow', oid: parseOid(line.slice(10), format) };
  return refuse('shallow-info', line);
}

function wantedRef(line: string, format: ObjectFormat): SectionLineEvent {
  const oidLength = oidHexLength(format);
  const name = line.slice(oidLength + 1);
  if (line[oidLength] !== ' ' || !isRefName(name)) refuse('wanted-refs', line);
  return { type: 'wanted-ref', oid: parseOid(line.slice(0, oidLength), format), name };
}

function packfileUri(line: string, format: ObjectFormat): SectionLineEvent {
  const hashLength = oidHexLength(format);
  const uri = line.slice(hashLength + 1);
  // RFC 3986 §2: a URI is printable ASCII without spaces.
  if (line[hashLength] !== ' ' || !/^[\x21-\x7e]+$/.test(uri)) refuse('packfile-uris', line);
  return { type: 'packfile-uri', hash: parseOid(line.slice(0, hashLength), format), uri };
}

function packInfo(line: string, format: ObjectFormat): SectionLineEvent | null {
  const keyEnd = line.indexOf(' ');
  const key = keyEnd === -1 ? line : line.slice(0, keyEnd);
  const value = keyEnd === -1 ? '' : line.slice(keyEnd + 1);
  switch (key) {
    case 'pack-id':
      if (!/^[0-9a-fA-F]{1,128}$/.test(value)) refuse('pack-info', line);
      return { type: 'pack-info', key, value: value.toLowerCase() };
    case 'offset':
    case 'size':
      if (!/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) refuse('pack-info', line);
      return { type: 'pack-info', key, value };
    case 'seed':
      return { type: 'pack-info', key, value: parseOid(value, format) };
    default:
      return null; // a later version of the extension
  }
}

/**
 * The event in a line of the section of `state`; null when the line is one to pass over.
 * @throws RemoteProtocolError `fetch-response`, `object-id`
 */
export function parseSectionLine(
  state: FetchState,
  line: string,
  format: ObjectFormat,
): SectionLineEvent | null {
  switch (state) {
    case 'in-acknowledgments':
    case 'in-acknowledgments-ready':
      return acknowledgment(line, format);
    case 'in-shallow-info':
    case 'in-shallow-info-last':
      return shallowInfo(line, format);
    case 'in-wanted-refs':
    case 'in-wanted-refs-first':
      return wantedRef(line, format);
    case 'in-packfile-uris':
      return packfileUri(line, format);
    case 'in-pack-info':
      return packInfo(line, format);
    default:
      return null;
  }
}

/** How many lines the section of `state` may have. */
export function sectionLinesMax(state: FetchState): number {
  switch (state) {
    case 'in-acknowledgments':
    case 'in-acknowledgments-ready':
      return limits.acknowledgmentLinesMax;
    case 'in-shallow-info':
    case 'in-shallow-info-last':
      return limits.shallowLinesMax;
    case 'in-wanted-refs':
    case 'in-wanted-refs-first':
      return limits.wantedRefLinesMax;
    case 'in-packfile-uris':
      return limits.packfileUriLinesMax;
    case 'in-pack-info':
      return limits.packInfoLinesMax;
    default:
      return limits.unknownSectionLinesMax;
  }
}
