import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configLines, isArgument, symbolicRefFile, withLines } from '../../../main/engine/repo/raw-files.ts';
import { gitEnvironment } from '../../support/git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

/** What git reads in a configuration file, keys and values as bytes. */
function gitReads(content: Uint8Array): string[] {
  const file = join(makeTempDir('raw-config'), 'config');
  writeFileSync(file, content);
  const out = execFileSync('git', ['config', '--file', file, '--list', '-z'], { env: gitEnvironment });
  return out.toString('latin1').split('\0').slice(0, -1);
}

describe('configuration that no argument can carry', () => {
  it('is read by git as it was meant', () => {
    const hard = 'x\udce9"#;[y]=\\';
    const lines = [
      configLines(`branch.${hard}.merge`, `refs/heads/${hard}`),
      configLines('remote.a.b.fetch', '+refs/heads/\udcff:refs/remotes/a.b/\udcff'),
    ];
    expect(gitReads(Buffer.concat(lines))).toEqual([
      `branch.x\xe9"#;[y]=\\.merge\nrefs/heads/x\xe9"#;[y]=\\`,
      'remote.a.b.fetch\n+refs/heads/\xff:refs/remotes/a.b/\xff',
    ]);
  });

  it('is put at the end once', () => {
    const file = new TextEncoder().encode('[core]\n\tbare = false\n');
    const lines = configLines('branch.\udce9.remote', 'origin');
    const longer = withLines(file, lines) ?? expect.fail('it is not there yet');
    expect(gitReads(longer)).toEqual(['core.bare\nfalse', 'branch.\xe9.remote\norigin']);
    expect(withLines(longer, lines)).toBeNull();
  });
});

it('a symbolic ref is a line', () => {
  expect(Buffer.from(symbolicRefFile('refs/heads/caf\udce9')).toString('latin1')).toBe(
    'ref: refs/heads/caf\xe9\n',
  );
  expect([isArgument('a', 'é'), isArgument('a', '\udce9')]).toEqual([true, false]);
});
