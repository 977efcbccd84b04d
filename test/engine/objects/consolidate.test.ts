import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { consolidatePacks } from '../../../main/engine/objects/index.ts';
import { createDisk, createGit, createPackTools } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

function repositoryOf(packs: number): { gitDir: string; ids: string[] } {
  const gitDir = join(makeTempDir('consolidate'), 'repo.git');
  const git = (args: string[], input?: string) =>
    execFileSync('git', ['--git-dir', gitDir, ...args], { input })
      .toString()
      .trim();
  git(['init', '-q', '--bare', gitDir]);
  const ids = Array.from({ length: packs }, (_, n) => {
    const id = git(['hash-object', '-w', '--stdin'], `blob ${n} ${'x'.repeat(200)}`);
    git(['pack-objects', '-q', join(gitDir, 'objects/pack/pack')], `${id}\n`);
    return id;
  });
  git(['prune-packed', '-q']);
  return { gitDir, ids };
}

function consolidation(gitDir: string) {
  const { signal } = new AbortController();
  const ports = { git: createGit(), disk: createDisk(), packs: createPackTools() };
  return { ...ports, gitDir, format: 'sha1' as const, signal };
}

const packsIn = (gitDir: string) => readdirSync(join(gitDir, 'objects', 'pack')).sort();

it('makes one pack of many, with every object, whether a ref reaches it or not', async () => {
  const { gitDir, ids } = repositoryOf(6);
  await consolidatePacks(consolidation(gitDir));
  const names = packsIn(gitDir);
  expect(names.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  expect(names).not.toContain('multi-pack-index');
  const found = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch-check'], {
    input: ids.join('\n'),
  });
  expect(found.toString()).not.toContain('missing');
  expect(found.toString().trim().split('\n')).toHaveLength(6);
});

it('leaves a few packs alone', async () => {
  const { gitDir } = repositoryOf(2);
  const before = packsIn(gitDir);
  await consolidatePacks(consolidation(gitDir));
  expect(packsIn(gitDir)).toEqual(before);
});

it('leaves no index over packs behind that an interrupted run had made', async () => {
  const { gitDir, ids } = repositoryOf(1);
  execFileSync('git', ['--git-dir', gitDir, 'multi-pack-index', 'write']);
  expect(packsIn(gitDir)).toContain('multi-pack-index');
  await consolidatePacks(consolidation(gitDir));
  expect(packsIn(gitDir)).not.toContain('multi-pack-index');
  const found = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch-check'], { input: ids[0] });
  expect(found.toString()).not.toContain('missing');
});

it('keeps what a promisor sent marked as such', async () => {
  const { gitDir, ids } = repositoryOf(6);
  for (const name of packsIn(gitDir)) {
    if (name.endsWith('.pack'))
      writeFileSync(join(gitDir, 'objects/pack', name.replace('.pack', '.promisor')), '');
  }
  await consolidatePacks(consolidation(gitDir));
  const names = packsIn(gitDir);
  expect(names.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  expect(names.filter((name) => name.endsWith('.promisor'))).toHaveLength(1);
  const found = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch-check'], {
    input: ids.join('\n'),
  });
  expect(found.toString()).not.toContain('missing');
});
