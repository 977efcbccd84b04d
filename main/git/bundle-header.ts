/**
 * The header of a bundle (gitformat-bundle(5), "FORMAT"; git's bundle.c, read_bundle_header_fd). Behind its empty line the
 * pack begins. It proves nothing: `git bundle verify` says "is okay" where the pack is missing.
 */

import { textOfBytes } from './byte-text.ts';
import { RemoteProtocolError } from './errors.ts';
import {
  bundleCommentBytesMax,
  bundleHeaderBytesMax,
  bundleLineBytesMax,
  bundlePrerequisitesMax,
  bundleTipsMax,
} from './limits.ts';
import { nullOid, oidHexLength, parseObjectFormat, parseOid, type ObjectFormat } from './oid.ts';
import { concatBytes } from './pkt-line.ts';
import { isRefName } from './ref-name.ts';
import { safeText } from './safe-text.ts';

/** A commit that must be here, with all it reaches, before the bundle is of use. */
export interface BundlePrerequisite {
  readonly oid: string;
  /** The commit's subject, or anything; without meaning. Cut when long, not safe to show. */
  readonly comment: string;
}

/** What can be fetched from the bundle (gitformat-bundle: "reference"). */
export interface BundleTip {
  readonly oid: string;
  /** Full name, or `HEAD`; one that git-check-ref-format(1) takes. The same name may stand twice. */
  readonly name: string;
}

export interface BundleHeader {
  readonly version: 2 | 3;
  readonly objectFormat: ObjectFormat;
  /** What the pack leaves out, in the words of git-rev-list(1), not checked; null when it leaves out nothing. */
  readonly filter: string | null;
  readonly prerequisites: readonly BundlePrerequisite[];
  readonly tips: readonly BundleTip[];
  /** Tips with a name that Git refuses, or with the null id. The names are safe to show, and not what they were. */
  readonly refusedTips: readonly { readonly oid: string; readonly shownName: string }[];
}

const signature = /^# v([0-9]{1,4}) git bundle$/;

function mayBecomeSignature(line: string): boolean {
  const start = /^# v[0-9]{1,4}/.exec(line)?.[0];
  return start === undefined ? '# v'.startsWith(line) : ' git bundle'.startsWith(line.slice(start.length));
}

const lf = 0x0a;
const dash = 0x2d;

/**
 * Whether a file that begins with `bytes` is a bundle, of a version we read or another; null when they are too few to
 * tell. What is none may be a bundle list (bundle-uri.adoc, "Server requirements").
 */
export function beginsLikeBundle(bytes: Uint8Array): boolean | null {
  const start = bytes.subarray(0, 32);
  const end = start.indexOf(lf);
  const line = textOfBytes(end === -1 ? start : start.subarray(0, end));
  if (end !== -1) return signature.test(line);
  return mayBecomeSignature(line) ? null : false;
}

const broken = (message: string) => new RemoteProtocolError('bundle', message);
const tooMuch = (message: string) => new RemoteProtocolError('limit', message);
const shown = (text: string): string => JSON.stringify(safeText(text, 80));

/**
 * Takes a bundle from its first byte on, in any pieces, up to its pack, of which it keeps and copies nothing. A reader
 * is of no use after it threw.
 */
export class BundleHeaderReader {
  /** The line that is arriving: what is kept of it, and how long it is in truth. */
  #parts: Uint8Array[] = [];
  #keptBytes = 0;
  #lineBytes = 0;
  #version: 2 | 3 | null = null;
  #objectFormat: ObjectFormat = 'sha1';
  #filter: string | null = null;
  readonly #prerequisites: BundlePrerequisite[] = [];
  readonly #tips: BundleTip[] = [];
  readonly #refusedTips: { oid: string; shownName: string }[] = [];
  #header: BundleHeader | null = null;
  #headerBytes = 0;

  /** The header, as soon as it is whole. */
  get header(): BundleHeader | null {
    return this.#header;
  }

  /** Bytes of the header so far; when it is whole, the place in the file at which the pack begins. */
  get headerBytes(): number {
    return this.#headerBytes;
  }

  /**
   * @returns how many bytes of `chunk` belong to the header: all of them until it is whole, none after that
   * @throws RemoteProtocolError `not-git` for what is no bundle, `bundle`, `object-format`, `object-id`, `limit`
   */
  push(chunk: Uint8Array): number {
    let at = 0;
    while (this.#header === null && at < chunk.length) {
      const end = chunk.indexOf(lf, at);
      this.#takePart(chunk.subarray(at, end === -1 ? chunk.length : end));
      if (end === -1) return chunk.length;
      at = end + 1;
      this.#headerBytes++;
      this.#endLine();
    }
    return at;
  }

  /** Says that no more bytes come. @throws RemoteProtocolError `truncated`; `not-git` when there were none */
  finish(): BundleHeader {
    if (this.#header !== null) return this.#header;
    if (this.#headerBytes === 0) throw new RemoteProtocolError('not-git', 'The file is empty.');
    throw new RemoteProtocolError('truncated', "The bundle's header ended early.");
  }

  #takePart(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#headerBytes += part.length;
    this.#lineBytes += part.length;
    const isPrerequisite = (this.#parts[0] ?? part)[0] === dash;
    const keptMax = isPrerequisite ? 66 + bundleCommentBytesMax : bundleLineBytesMax;
    if (this.#keptBytes < keptMax) {
      const kept = part.slice(0, keptMax - this.#keptBytes);
      this.#parts.push(kept);
      this.#keptBytes += kept.length;
    }
    if (this.#version === null) {
      if (!mayBecomeSignature(this.#lineText())) throw this.#notBundle();
    } else if (!isPrerequisite && this.#lineBytes > bundleLineBytesMax) {
      throw tooMuch(`A line of the bundle's header is longer than ${bundleLineBytesMax} bytes.`);
    }
    if (this.#headerBytes > bundleHeaderBytesMax) throw tooMuch("The bundle's header does not end.");
  }

  #lineText(): string {
    const [only] = this.#parts;
    return textOfBytes(this.#parts.length === 1 && only !== undefined ? only : concatBytes(this.#parts));
  }

  #notBundle(): RemoteProtocolError {
    return new RemoteProtocolError('not-git', 'This is no bundle.');
  }

  #endLine(): void {
    const line = this.#lineText();
    const wasEmpty = this.#lineBytes === 0;
    this.#parts = [];
    this.#keptBytes = 0;
    this.#lineBytes = 0;
    if (this.#version === null) this.#takeSignature(line);
    else if (wasEmpty) this.#end(this.#version);
    // Git drops white space at the end of every line, so a CR does no harm there (strbuf_rtrim).
    else this.#takeLine(line.replace(/[ \t\n\r]+$/, ''), this.#version);
  }

  #takeSignature(line: string): void {
    const version = signature.exec(line)?.[1];
    if (version === undefined) throw this.#notBundle();
    if (version !== '2' && version !== '3')
      throw broken(`The bundle has the version ${version}; we read versions 2 and 3.`);
    this.#version = version === '2' ? 2 : 3;
  }

  #takeLine(line: string, version: 2 | 3): void {
    // As git: capabilities may stand anywhere (bundle.c).
    if (version === 3 && line.startsWith('@')) this.#takeCapability(line.slice(1));
    else if (line.startsWith('-')) this.#takePrerequisite(line.slice(1));
    else this.#takeTip(line);
  }

  /** Unknown ones end the reading, "because there is no opportunity for negotiation" (gitformat-bundle(5)). */
  #takeCapability(capability: string): void {
    const [key = ''] = capability.split('=', 1);
    const value = capability.slice(key.length + 1);
    if (key === 'object-format' && capability !== key) {
      const format = parseObjectFormat(value);
      const idsBefore = this.#prerequisites.length + this.#tips.length + this.#refusedTips.length;
      if (format !== this.#objectFormat && idsBefore > 0)
        throw broken('The bundle changes its object format behind object ids.');
      this.#objectFormat = format;
    } else if (key === 'filter' && capability !== key) {
      // Git would join two to "combine:", and writes one (bundle.c, create_bundle).
      if (this.#filter !== null) throw broken('The bundle names two filters.');
      this.#filter = value;
    } else {
      throw broken(`The bundle needs ${shown(key)}, a capability that we do not know.`);
    }
  }

  #takePrerequisite(line: string): void {
    if (this.#prerequisites.length >= bundlePrerequisitesMax)
      throw tooMuch(`The bundle has more than ${bundlePrerequisitesMax} prerequisites.`);
    const { oid, rest } = this.#oidOf(line);
    this.#prerequisites.push({ oid, comment: rest ?? '' });
  }

  #takeTip(line: string): void {
    if (this.#tips.length + this.#refusedTips.length >= bundleTipsMax)
      throw tooMuch(`The bundle has more than ${bundleTipsMax} refs.`);
    const { oid, rest } = this.#oidOf(line);
    if (rest === null) throw broken(`A line of the bundle's header names no ref: ${shown(line)}`);
    if (isRefName(rest) && oid !== nullOid(this.#objectFormat)) this.#tips.push({ oid, name: rest });
    else this.#refusedTips.push({ oid, shownName: safeText(rest, 200) });
  }

  /** The id at the beginning of a line and what stands behind one white space after it; null when nothing does. */
  #oidOf(line: string): { oid: string; rest: string | null } {
    const length = oidHexLength(this.#objectFormat);
    const oid = parseOid(line.slice(0, length), this.#objectFormat);
    if (line.length === length) return { oid, rest: null };
    if (!/[ \t\r]/.test(line[length] ?? ''))
      throw broken(`A line of the bundle's header cannot be understood: ${shown(line)}`);
    return { oid, rest: line.slice(length + 1) };
  }

  #end(version: 2 | 3): void {
    this.#header = {
      version,
      objectFormat: this.#objectFormat,
      filter: this.#filter,
      prerequisites: this.#prerequisites,
      tips: this.#tips,
      refusedTips: this.#refusedTips,
    };
  }
}
