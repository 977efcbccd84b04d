import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Git } from '../../../main/engine/ports.ts';
import { checkOut, workspaceFor } from '../../../main/engine/repo/index.ts';
import { createDisk, createGit } from '../../../main/platform/index.ts';
import { git } from '../../support/git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const disk = createDisk();
/** More than checkout.thresholdForParallelism, so that git does use its workers. */
const files = 150;

/** A hidden repository with a commit of many files and nothing checked out. */
async function ground(config: string[] = []) {
  const workspace = workspaceFor(join(makeTempDir('checkout'), 'clone'), false, disk);
  mkdirSync(workspace.repository, { recursive: true });
  await git(['init', '-q', workspace.repository]);
  const at = ['-C', workspace.repository];
  for (let number = 0; number < files; number++) {
    writeFileSync(join(workspace.repository, `file-${number}`), `content ${number}\n`);
  }
  await git([...at, 'add', '-A']);
  await git([...at, 'commit', '-q', '-m', 'many']);
  await git([...at, 'rm', '-q', '-r', '--', '.']);
  mkdirSync(workspace.repository, { recursive: true });
  for (const pair of config) await git([...at, 'config', ...pair.split('=')]);
  return workspace;
}

/** The real git, remembering what it was given to do. */
function rememberingGit(): Git & { configs: (readonly string[])[] } {
  const real = createGit();
  const configs: (readonly string[])[] = [];
  return {
    ...real,
    configs,
    run(args, options) {
      if (args[0] === 'read-tree') configs.push(options?.config ?? []);
      return real.run(args, options);
    },
  };
}

async function checkedOut(config: string[] = []) {
  const workspace = await ground(config);
  const remembering = rememberingGit();
  await checkOut({
    git: remembering,
    disk,
    workspace,
    // Git tells nothing of what takes less than two seconds.
    onFiles: () => undefined,
    signal: new AbortController().signal,
  });
  const names = readdirSync(workspace.repository).filter((name) => name !== '.git');
  const status = await git(['-C', workspace.repository, 'status', '--porcelain']);
  const read = (name: string) => readFileSync(join(workspace.repository, name), 'utf8');
  return { names, status, read, configs: remembering.configs };
}

it('writes all files, by several processes at once', async () => {
  const { names, status, read, configs } = await checkedOut();
  expect(names).toHaveLength(files);
  expect(status).toBe('');
  expect(read('file-77')).toBe('content 77\n');
  expect(configs).toEqual([['checkout.workers=4']]);
});

it('leaves the number of processes to a person who has set it', async () => {
  const { names, status, configs } = await checkedOut(['checkout.workers=1']);
  expect(names).toHaveLength(files);
  expect(status).toBe('');
  expect(configs).toEqual([[]]);
});
