/** Writes what bundle-header.ts reads (gitformat-bundle(5)); byte for byte as git's bundle.c does. */

import type { BundleHeader } from './bundle-header.ts';
import { bytesOfText } from './byte-text.ts';
import { LocalProtocolError } from './errors.ts';
import { isOid } from './oid.ts';
import { isRefName } from './ref-name.ts';
import { lineValue } from './text-line.ts';

/**
 * The header, empty line included; a pack follows.
 * @throws LocalProtocolError for version 2 with a filter or SHA-256, no tips, and what a line cannot carry
 */
export function encodeBundleHeader(header: Omit<BundleHeader, 'refusedTips'>): Uint8Array {
  const { version, objectFormat, filter, prerequisites, tips } = header;
  const lines = [`# v${version} git bundle`];
  if (version === 3) {
    lines.push(`@object-format=${objectFormat}`);
    if (filter !== null) lines.push(`@filter=${lineValue(filter, 'filter')}`);
  } else if (objectFormat !== 'sha1' || filter !== null) {
    throw new LocalProtocolError('A bundle of version 2 has neither a filter nor another hash than SHA-1.');
  }
  if (tips.length === 0) throw new LocalProtocolError('A bundle without refs is of no use.');
  for (const { oid, comment } of prerequisites) {
    if (!isOid(oid, objectFormat)) throw new LocalProtocolError('A prerequisite is no object id.');
    // Git writes the space also where the subject is empty.
    lines.push(`-${oid} ${comment === '' ? '' : lineValue(comment, 'comment', { spaces: true })}`);
  }
  for (const { oid, name } of tips) {
    if (!isOid(oid, objectFormat)) throw new LocalProtocolError('A tip is no object id.');
    if (!isRefName(name)) throw new LocalProtocolError('A tip has a name that is no name of a ref.');
    lines.push(`${oid} ${name}`);
  }
  return bytesOfText(`${lines.join('\n')}\n\n`);
}
