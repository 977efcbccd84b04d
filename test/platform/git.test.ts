import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGit } from '../../main/platform/git.ts';
import { stderrDetail } from '../../main/platform/git-stderr.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const git = createGit();
let dir: string;

beforeEach(async () => {
  dir = makeTempDir('git');
  await git.run(['init', '-q', '--bare', path.join(dir, 'repo.git')]);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(removeTempDirs);

const gitDir = () => path.join(dir, 'repo.git');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** A stand-in named git, for what the real one does only at bad moments. */
function scriptedGit(script: string): string {
  const file = path.join(dir, 'git');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('run', () => {
  test('answers with what git says', async () => {
    const { stdout, exitCode } = await git.run(['hash-object', '-w', '--stdin'], {
      gitDir: gitDir(),
      input: 'hi\n',
    });
    expect(text(stdout)).toBe('45b983be36b73c0788dc9cbcb76cbb80fc7bb057\n');
    expect(exitCode).toBe(0);
    expect(text((await git.run(['cat-file', '-p', '45b983be'], { gitDir: gitDir() })).stdout)).toBe('hi\n');
  });

  test('an unexpected exit code is git-failed with its words; an expected one is an answer', async () => {
    await expect(git.run(['cat-file', '-p', 'nothing'], { gitDir: gitDir() })).rejects.toMatchObject({
      code: 'git-failed',
      facts: { detail: expect.stringContaining('Not a valid object name nothing') },
    });
    const missing = ['config', 'no.such'];
    expect((await git.run(missing, { gitDir: gitDir(), expect: [1] })).exitCode).toBe(1);
    await expect(git.run(missing, { gitDir: gitDir() })).rejects.toMatchObject({
      facts: { detail: 'git config ended with exit code 1' },
    });
  });

  test('no git is git-missing, no directory is not', async () => {
    const none = createGit({ executable: path.join(dir, 'no-git') });
    await expect(none.run(['version'])).rejects.toMatchObject({ code: 'git-missing' });
    expect(await none.version()).toBe(null);
    await expect(git.run(['status'], { workTree: path.join(dir, 'gone') })).rejects.toMatchObject({
      code: 'git-failed',
    });
    vi.stubEnv('PATH', '.:relative');
    await expect(createGit().run(['version'])).rejects.toMatchObject({ code: 'git-missing' });
  });

  test('an abort ends git and rejects with its reason', async () => {
    const stop = new AbortController();
    const reason = new Error('paused');
    const stubborn = createGit({
      executable: scriptedGit(`trap '' TERM; echo $$ > ${dir}/pid; while :; do sleep 0.1; done`),
    });
    const work = stubborn.run(['x'], { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 300);
    await expect(work).rejects.toBe(reason);
    const pid = Number(readFileSync(path.join(dir, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    await expect(git.run(['version'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('each line and each progress update is told', async () => {
    const lines: string[] = [];
    const talking = createGit({ executable: scriptedGit(`printf 'one\\rtwo\\rthree, done.\\nlast' >&2`) });
    const { stderr } = await talking.run(['x'], { onProgress: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', 'three, done.', 'last']);
    expect(stderr).toBe('one\rtwo\rthree, done.\nlast');
  });

  test('of a long standard error the end is kept', async () => {
    const long = createGit({
      executable: scriptedGit('i=0; while [ $i -lt 20000 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 3'),
    });
    const { stderr } = await long.run(['x'], { expect: [3] });
    expect(stderr.length).toBe(64 * 1024);
    expect(stderr.endsWith('line 19999\n')).toBe(true);
  });
});

describe('what git knows of us', () => {
  const environment = async (options: Parameters<typeof git.run>[1] = {}) => {
    const { stdout } = await createGit({ executable: scriptedGit('env; pwd') }).run(['x'], options);
    return text(stdout);
  };

  test('nothing of a GIT_ variable around us, no prompts, plain messages, outside of any repository', async () => {
    vi.stubEnv('GIT_DIR', '/elsewhere');
    vi.stubEnv('GIT_CONFIG_PARAMETERS', "'core.hooksPath=/evil'");
    vi.stubEnv('LANG', 'de_DE.UTF-8');
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=4096');
    const said = await environment({ gitDir: gitDir() });
    expect(said).toContain(`GIT_DIR=${gitDir()}`);
    expect(said).toContain('LC_ALL=C');
    expect(said).toContain('GIT_TERMINAL_PROMPT=0');
    expect(said).toContain('GIT_CONFIG_GLOBAL=/dev/null');
    expect(said).not.toMatch(/elsewhere|evil|NODE_OPTIONS|de_DE/);
    expect(said.trim().endsWith('\n/')).toBe(true);
    expect(await environment({ configuration: 'as-user' })).not.toContain('GIT_CONFIG_GLOBAL');
  });

  test('plumbing does not see the user’s configuration, as-user does', async () => {
    vi.stubEnv('HOME', dir);
    vi.stubEnv('XDG_CONFIG_HOME', dir);
    writeFileSync(path.join(dir, '.gitconfig'), '[user]\n\tname = Anna\n');
    const ask = ['config', 'user.name'];
    expect((await git.run(ask, { expect: [1] })).exitCode).toBe(1);
    expect(text((await git.run(ask, { configuration: 'as-user' })).stdout)).toBe('Anna\n');
    expect(text((await git.run(ask, { config: ['user.name=Eva'] })).stdout)).toBe('Eva\n');
  });

  test('hooks stay silent', async () => {
    const workTree = path.join(dir, 'work');
    mkdirSync(workTree);
    const at = { gitDir: gitDir(), workTree };
    const tree = text((await git.run(['mktree'], { gitDir: gitDir(), input: '' })).stdout).trim();
    const author = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a',
    };
    const commit = text(
      (await git.run(['commit-tree', '-m', 'x', tree], { ...at, env: author })).stdout,
    ).trim();
    const hook = path.join(gitDir(), 'hooks', 'post-checkout');
    mkdirSync(path.dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch ${dir}/hooked\n`);
    chmodSync(hook, 0o755);
    await git.run(['checkout', '-q', '--detach', commit], { ...at, configuration: 'as-user' });
    expect(() => readFileSync(path.join(dir, 'hooked'))).toThrow();
    // The same hook does run where nobody forbids it.
    execFileSync(
      'git',
      ['--git-dir', gitDir(), '--work-tree', workTree, 'checkout', '-q', '--detach', commit],
      { cwd: workTree },
    );
    readFileSync(path.join(dir, 'hooked'));
  });

  test('a repository that belongs to somebody else is vouched for', async () => {
    if (process.getuid?.() !== 0) return;
    const workTree = path.join(dir, 'theirs');
    await git.run(['init', '-q', workTree]);
    execFileSync('chown', ['-R', '65534', workTree]);
    expect(
      text(
        (await git.run(['status', '--porcelain'], { workTree, gitDir: path.join(workTree, '.git') })).stdout,
      ),
    ).toBe('');
  });
});

describe('start', () => {
  test('is fed and read at the same time', async () => {
    const running = git.start(['cat-file', '--batch'], { gitDir: gitDir() });
    const blob = Buffer.alloc(300_000, 'x');
    const name = text(
      (await git.run(['hash-object', '-w', '--stdin'], { gitDir: gitDir(), input: blob })).stdout,
    );
    const feeding = (async () => {
      for (let n = 0; n < 50; n++) await running.write(Buffer.from(name));
      running.endInput();
    })();
    let bytes = 0;
    for await (const chunk of running.output) bytes += chunk.length;
    await feeding;
    expect(bytes).toBeGreaterThan(50 * blob.length);
    expect((await running.ended).exitCode).toBe(0);
  });

  test('write waits for a git that does not read', async () => {
    const running = createGit({ executable: scriptedGit('sleep 1; cat > /dev/null') }).start(['x']);
    const before = performance.now();
    await running.write(Buffer.alloc(4_000_000));
    expect(performance.now() - before).toBeGreaterThan(700);
    running.endInput();
    expect((await running.ended).exitCode).toBe(0);
  });

  test('write rejects with git’s last words once it is gone, again and again', async () => {
    const running = git.start(['index-pack', '--stdin'], { gitDir: gitDir() });
    const feed = async () => {
      for (let n = 0; n < 1000; n++) await running.write(Buffer.alloc(100_000, 'x'));
    };
    const failure = {
      code: 'git-failed',
      facts: { detail: expect.stringContaining('pack signature mismatch') },
    };
    await expect(feed()).rejects.toMatchObject(failure);
    await expect(feed()).rejects.toMatchObject(failure);
    expect((await running.ended).exitCode).toBe(128);
  });

  test('kill ends it, and ended never rejects', async () => {
    const running = git.start(['cat-file', '--batch'], { gitDir: gitDir() });
    running.kill();
    expect((await running.ended).exitCode).toBe(null);
    running.kill();
    const none = createGit({ executable: path.join(dir, 'no-git') }).start(['x']);
    expect((await none.ended).exitCode).toBe(null);
    await expect(none.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'git-missing' });
  });

  test('does not outlive our process', async () => {
    const door = new URL('../../main/platform/git.ts', import.meta.url).href;
    const script = `const { createGit } = await import(${JSON.stringify(door)});
      createGit({ executable: ${JSON.stringify(scriptedGit('echo $$ >&2; exec sleep 60'))} }).start(['x'], {
        onProgress: (pid) => { console.log(pid); setTimeout(() => process.exit(0), 50); } });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    const pid = Number(said);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isGone(pid)).toBe(true);
  });
});

test('version is the number alone', async () => {
  expect(await git.version()).toMatch(/^\d+\.\d+(\.\d+)*$/);
});

test('a detail is what a person should read', () => {
  expect(
    stderrDetail('Receiving: 1%\rReceiving: 2%\r\nremote: \u001b[1mbad\u001b[m\u0007\nfatal: no\n\n'),
  ).toBe('Receiving: 2%\nremote: bad\nfatal: no');
});

/** Gone, or only waiting for somebody to look (proc_pid_stat(5), state Z). */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
