/** The clone matrix, histories: see test/support/clone-matrix.ts. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cloneMatrix } from '../support/clone-matrix.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { tryGit } from '../support/git.ts';
import { runPackmule } from '../support/packmule.ts';
import { repo } from '../support/repos.ts';
import { makeTempDir } from '../support/temp.ts';

const matrix = cloneMatrix('histories');

test('every option at once over the command line, as typed for git', async () => {
  const { server, engine } = matrix;
  await repo('linear');
  const dir = makeTempDir('matrix-cli');
  const words = ['--branch', 'topic', '--single-branch', '--no-tags', '-o', 'up', '-c', 'core.abbrev=12'];
  const run = await runPackmule(['clone', '--json', ...words, `${server.url}/linear.git`, 'ours'], {
    home: engine.home,
    cwd: dir,
  });
  expect(run.stderr).not.toContain('Error');
  expect(run.code).toBe(0);
  expect(run.result).toMatchObject({
    type: 'result',
    state: 'done',
    strategy: 'plain',
    exitCode: 0,
    drops: 0,
  });
  await tryGit(['clone', '--quiet', ...words, `${server.url}/linear.git`, 'theirs'], { cwd: dir });
  await expectSameAsGitClone(join(dir, 'ours'), join(dir, 'theirs'), { spareTags: true });
});
