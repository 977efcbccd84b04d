/** What an update did to the refs, as `git fetch` shows it (git-fetch(1), "Output"). Pure. */

import type { RefUpdateView } from '../contract/index.ts';
import { columnsOf, padEnd, safeText } from './text.ts';

/** Long enough to be unlike any other in nearly every repository; git lengthens it where it is not. */
const shortOid = 8;

const shorten = (name: string | null): string =>
  name === null ? '(none)' : safeText(name.replace(/^refs\/(?:heads|tags|remotes)\//, ''));

const flags: Record<RefUpdateView['change'], string> = {
  'fast-forward': ' ',
  forced: '+',
  'new-branch': '*',
  'new-tag': '*',
  'new-ref': '*',
  'tag-moved': 't',
  deleted: '-',
  rejected: '!',
};

function summary({ change, from, to }: RefUpdateView): string {
  const [old, fresh] = [from, to].map((oid) => oid?.slice(0, shortOid) ?? '');
  switch (change) {
    case 'fast-forward':
      return `${old}..${fresh}`;
    case 'forced':
      return `${old}...${fresh}`;
    case 'new-branch':
      return '[new branch]';
    case 'new-tag':
      return '[new tag]';
    case 'new-ref':
      return '[new ref]';
    case 'tag-moved':
      return '[tag update]';
    case 'deleted':
      return '[deleted]';
    case 'rejected':
      return '[rejected]';
  }
}

/** Widest name that others are padded to; a longer one stands out, and is not cut. */
const nameColumnsMax = 40;

export function refTable(url: string, updates: readonly RefUpdateView[]): string[] {
  if (updates.length === 0) return ['Already up to date.'];
  const widest = Math.max(...updates.map(({ remoteName }) => columnsOf(shorten(remoteName))));
  const rows = updates.map((update) => {
    const remote = padEnd(shorten(update.remoteName), Math.min(nameColumnsMax, widest));
    const note = update.change === 'forced' ? 'forced update' : update.reason;
    const end = note === undefined ? '' : `  (${safeText(note)})`;
    const what = summary(update).padEnd(2 * shortOid + 3);
    return ` ${flags[update.change]} ${what} ${remote} -> ${shorten(update.localName)}${end}`;
  });
  return [`From ${safeText(url)}`, ...rows];
}
