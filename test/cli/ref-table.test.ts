import { describe, expect, it } from 'vitest';
import { refTable } from '../../main/cli/ref-table.ts';
import type { RefUpdateView } from '../../main/contract/index.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const update = (
  change: RefUpdateView['change'],
  remoteName: string | null,
  localName: string,
  more: Partial<RefUpdateView> = {},
): RefUpdateView => ({ change, remoteName, localName, from: a, to: b, ...more });

describe('the table of refs', () => {
  it('has a row for each, as git shows it', () => {
    const rows = refTable('https://example.com/x.git', [
      update('deleted', null, 'refs/remotes/origin/gone', { to: null }),
      update('fast-forward', 'refs/heads/main', 'refs/remotes/origin/main'),
      update('forced', 'refs/heads/topic/long', 'refs/remotes/origin/topic/long'),
      update('new-tag', 'refs/tags/v1', 'refs/tags/v1', { from: null }),
      update('rejected', 'refs/tags/v2', 'refs/tags/v2', { reason: 'would clobber existing tag' }),
    ]);
    expect(rows).toEqual([
      'From https://example.com/x.git',
      ' - [deleted]           (none)     -> origin/gone',
      '   aaaaaaaa..bbbbbbbb  main       -> origin/main',
      ' + aaaaaaaa...bbbbbbbb topic/long -> origin/topic/long  (forced update)',
      ' * [new tag]           v1         -> v1',
      ' ! [rejected]          v2         -> v2  (would clobber existing tag)',
    ]);
  });

  it('says so when nothing changed', () => {
    expect(refTable('https://example.com/x.git', [])).toEqual(['Already up to date.']);
  });

  it('lets no name move the cursor', () => {
    expect(refTable('u', [update('new-ref', 'refs/x\u001b[2J', 'refs/y')]).join('\n')).not.toContain(
      '\u001b',
    );
  });
});
