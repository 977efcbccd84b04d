/** The list of refs of protocol v0 and v1 (gitprotocol-pack, "Reference Discovery"). */

import { RefFilter, symrefTargetOf, type AdvertisedRef } from './advertised-ref.ts';
import { RemoteProtocolError } from './errors.ts';
import { pktLineBytesMax } from './limits.ts';
import { parseObjectFormat, parseOid, type ObjectFormat } from './oid.ts';
import { safeText } from './safe-text.ts';
import { textLine } from './text-line.ts';

const peeledSuffix = '^{}';
const shallowKey = 'shallow ';

export class V0RefsDecoder {
  #format: ObjectFormat = 'sha1';
  #filter = new RefFilter('sha1');
  #first = true;
  #capabilities: readonly string[] = [];
  readonly #symrefs = new Map<string, string>();
  readonly #refs: AdvertisedRef[] = [];
  /** The last ref's name, also when it was left out: a peeled line belongs to it. */
  #lastName = '';
  readonly #shallow: string[] = [];

  /** One line: `obj-id SP name`, the first with NUL and the capabilities behind it; or `shallow SP obj-id`. */
  takeLine(payload: Uint8Array): void {
    let line = textLine(payload, pktLineBytesMax);
    if (this.#first) {
      this.#first = false;
      const nul = line.indexOf('\0');
      if (nul !== -1) {
        this.#takeCapabilities(line.slice(nul + 1));
        line = line.slice(0, nul);
      }
    }
    if (line.startsWith(shallowKey)) {
      this.#shallow.push(parseOid(line.slice(shallowKey.length), this.#format));
      return;
    }
    const oidEnd = line.indexOf(' ');
    if (oidEnd === -1)
      throw new RemoteProtocolError(
        'ref-list',
        `Not a line about a ref: ${JSON.stringify(line.slice(0, 80))}`,
      );
    const oid = parseOid(line.slice(0, oidEnd), this.#format);
    const name = line.slice(oidEnd + 1);
    // An empty repository has a line only to carry its capabilities; `.have` speaks of refs elsewhere.
    if (name === 'capabilities^{}' || name === '.have') return;
    if (name.endsWith(peeledSuffix)) this.#takePeeled(name.slice(0, -peeledSuffix.length), oid);
    else this.#takeRef(name, oid);
  }

  finish() {
    for (const ref of this.#refs) ref.symrefTarget = this.#symrefs.get(ref.name) ?? null;
    const agent = this.#capabilities.find((word) => word.startsWith('agent='))?.slice('agent='.length);
    return {
      agent: agent === undefined ? null : safeText(agent, 200),
      objectFormat: this.#format,
      refs: this.#refs,
      droppedNames: this.#filter.dropped,
      capabilities: this.#capabilities,
      symrefs: this.#symrefs,
      shallow: this.#shallow,
    };
  }

  #takeCapabilities(text: string): void {
    this.#capabilities = text.split(' ').filter((word) => word !== '');
    const format = this.#capabilities.find((word) => word.startsWith('object-format='));
    this.#format = parseObjectFormat(format?.slice('object-format='.length));
    this.#filter = new RefFilter(this.#format);
    for (const word of this.#capabilities) {
      if (!word.startsWith('symref=')) continue;
      const colon = word.indexOf(':');
      const target = colon === -1 ? null : symrefTargetOf(word.slice(colon + 1));
      if (target !== null) this.#symrefs.set(word.slice('symref='.length, colon), target);
    }
  }

  #takeRef(name: string, oid: string): void {
    this.#lastName = name;
    if (this.#filter.takes(name, oid)) this.#refs.push({ name, oid, symrefTarget: null, peeled: null });
  }

  #takePeeled(name: string, oid: string): void {
    if (name !== this.#lastName) {
      throw new RemoteProtocolError('ref-list', 'A peeled tag stands away from its tag.');
    }
    const last = this.#refs.at(-1);
    if (last?.name === name) last.peeled = oid;
  }
}
