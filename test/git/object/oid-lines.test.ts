import { afterAll, describe, expect, it } from 'vitest';
import { ObjectLineReader } from '../../../main/git/object/oid-lines.ts';
import { bytesOf, fedValue } from '../../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { gitOut, makeRepository } from '../real-git.ts';

afterAll(removeTempDirs);

function read(format: 'sha1' | 'sha256', chunks: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const reader = new ObjectLineReader(format, (oid, type) => {
    found.push(`${Buffer.from(oid).toString('hex')} ${type}`);
  });
  for (const chunk of chunks) reader.push(chunk);
  return found;
}

describe('lines of ids and types', () => {
  it.each(['sha1', 'sha256'] as const)('are read as git writes them, %s', (format) => {
    const path = makeRepository(makeTempDir('oid-lines'), format);
    const check = '--batch-check=%(objectname) %(objecttype)';
    const text = gitOut(path, ['cat-file', '--batch-all-objects', '--unordered', check]);
    const lines = text.toString().split('\n').slice(0, -1);
    expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(
      new Set(['commit', 'tree', 'blob', 'tag']),
    );
    expect(fedValue(text, (chunks) => read(format, chunks))).toEqual(lines);
  });

  it('never takes a letter of the next line for the type', () => {
    const oid = 'c'.repeat(40);
    const text = bytesOf(`x missing\n${oid} commit\n\n${oid} tree\n`);
    expect(fedValue(text, (chunks) => read('sha1', chunks))).toEqual([`${oid} commit`, `${oid} tree`]);
  });

  it('leaves out what git says is missing or unclear, whatever stands before and behind it', () => {
    const path = makeRepository(makeTempDir('oid-lines'));
    const tip = gitOut(path, ['rev-parse', 'main']).toString().trim();
    const names = [tip, 'nonsense', '0'.repeat(39) + '1', 'no', tip, 'main^{tag}', tip];
    const text = gitOut(
      path,
      ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
      bytesOf(names.join('\n') + '\n'),
    );
    expect(text.toString()).toContain('nonsense missing\n');
    expect(fedValue(text, (chunks) => read('sha1', chunks))).toEqual(Array(3).fill(`${tip} commit`));
  });
});
