import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { askpassEnvironment, askpassScript } from '../main/askpass-program.io.ts';
import { makeTempDir, removeTempDirs } from './support/temp.ts';

afterAll(removeTempDirs);

const { execPath, platform, versions } = process;

describe.skipIf(platform === 'win32')('the program ssh is given', () => {
  test('hands ssh’s words on as they are, from any place', () => {
    const directory = join(makeTempDir('askpass'), `it's "a" $HOME \`place\``);
    mkdirSync(directory);
    const [node, entry, program] = ['node', 'say.mjs', 'askpass'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    symlinkSync(execPath, node);
    writeFileSync(entry, 'process.stdout.write(JSON.stringify([process.argv.slice(2), process.ppid]))');
    writeFileSync(program, askpassScript(node, entry, platform));
    chmodSync(program, 0o700);
    const words = `Enter 'it' for "$HOME" \`now\`\n%PATH% -- \\`;
    // In place of the wrapper, not below it: who its parent is tells which ssh asks.
    expect(JSON.parse(execFileSync(program, [words], { encoding: 'utf8' }))).toEqual([[words], process.pid]);
  });

  test('is for the user alone, and replaces the one before', () => {
    const home = makeTempDir('home');
    const env = askpassEnvironment(home, { execPath, platform, versions, env: {} });
    expect(env).toEqual({
      SSH_ASKPASS: join(home, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
      PACKMULE_HOME: home,
    });
    askpassEnvironment(home, { execPath, platform, versions, env: { DISPLAY: ':7' } });
    expect(statSync(join(home, 'askpass')).mode & 0o777).toBe(0o700);
  });

  test('refuses without an engine, without a token and for what it must not answer', () => {
    const home = makeTempDir('home');
    const env = askpassEnvironment(home, { execPath, platform, versions, env: {} }) ?? expect.fail('none');
    const run = (more: Record<string, string>) =>
      execFileSync(env['SSH_ASKPASS'] ?? '', ['Password:'], {
        env: { ...env, ...more },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(() => run({})).toThrow('Command failed');
    expect(() => run({ PACKMULE_ASKPASS_TOKEN: 'token' })).toThrow('Command failed');
    expect(() => run({ PACKMULE_ASKPASS_TOKEN: 'token', SSH_ASKPASS_PROMPT: 'confirm' })).toThrow(
      'Command failed',
    );
    expect(run({ SSH_ASKPASS_PROMPT: 'none' })).toBe('');
  });
});

test('Windows’ own shell gets its own words', () => {
  expect(askpassScript('C:\\100%\\node.exe', 'C:\\a b\\askpass.js', 'win32')).toBe(
    '@echo off\r\n"C:\\100%%\\node.exe" "C:\\a b\\askpass.js" %*\r\n',
  );
});

test('there is none where no program of ours runs as Node', () => {
  const electron = { ...versions, electron: '42.0.0' };
  expect(askpassEnvironment('/nowhere', { execPath, platform, versions: electron, env: {} })).toBeNull();
});
