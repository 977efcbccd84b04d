/** What commits and tags point to (gitformat-commit is not written down; git/commit.c and tag.c are). */

import { RemoteProtocolError } from '../errors.ts';

const decoder = new TextDecoder();
const lineFeed = 10;

export interface CommitLinks {
  tree: string;
  parents: string[];
  /** When it was committed, seconds since 1970; 0 where the commit does not say so in Git's way. */
  seconds: number;
}

export interface TagTarget {
  oid: string;
  type: string;
}

/** Only the lines in front are read; the rest of a commit may be megabytes of message. */
function headerLine(body: Uint8Array, at: number): { text: string; next: number } {
  const end = body.indexOf(lineFeed, at);
  if (end === -1)
    throw new RemoteProtocolError('object', 'A commit or tag has a header line without an end.');
  return { text: decoder.decode(body.subarray(at, end)), next: end + 1 };
}

const link = (text: string, word: string): string | null => {
  const match = new RegExp(`^${word} ([0-9a-f]{40}|[0-9a-f]{64})$`).exec(text);
  return match?.[1] ?? null;
};

/** Throws RemoteProtocolError `object` when the body is not that of a commit. */
export function commitLinks(body: Uint8Array): CommitLinks {
  let line = headerLine(body, 0);
  const tree = link(line.text, 'tree');
  if (tree === null) throw new RemoteProtocolError('object', 'A commit does not begin with its tree.');
  const parents: string[] = [];
  for (;;) {
    line = headerLine(body, line.next);
    const parent = link(line.text, 'parent');
    if (parent === null) return { tree, parents, seconds: committedAt(body, line.next) };
    parents.push(parent);
  }
}

/** From the line behind the author's. Dates are never needed to be right, so nothing is refused for theirs. */
function committedAt(body: Uint8Array, at: number): number {
  const end = body.indexOf(lineFeed, at);
  const line = decoder.decode(body.subarray(at, end === -1 ? body.length : end));
  return Number(/^committer .*> (\d{1,12}) [-+]\d{4}$/.exec(line)?.[1] ?? 0);
}

/** Throws RemoteProtocolError `object` when the body is not that of an annotated tag. */
export function tagTarget(body: Uint8Array): TagTarget {
  const first = headerLine(body, 0);
  const oid = link(first.text, 'object');
  const type = /^type ([a-z]+)$/.exec(headerLine(body, first.next).text)?.[1];
  if (oid === null || type === undefined) {
    throw new RemoteProtocolError('object', 'A tag does not begin with its object and type.');
  }
  return { oid, type };
}
