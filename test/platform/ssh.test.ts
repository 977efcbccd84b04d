import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  firstWord,
  shellQuoted,
  sshEnvironment,
  sshInvocation,
  type Invocation,
  type SshSettings,
  type SshTarget,
} from '../../main/platform/ssh.ts';

const target: SshTarget = {
  transport: 'ssh',
  user: 'git',
  host: 'git.example.org',
  port: 2222,
  path: '/team/project.git',
};
const unset: SshSettings = { commandLine: null, program: null, variant: null };
const unasked = (_asking: Invocation): Promise<boolean> =>
  Promise.reject(new Error('nobody should be asked'));
const command = "git-upload-pack '/team/project.git'";

const invoke = (settings: Partial<SshSettings>, to: Partial<SshTarget> = {}, answersToG = unasked) =>
  sshInvocation({ ...target, ...to }, { ...unset, ...settings }, answersToG);

describe('the words for ssh', () => {
  test('are those of OpenSSH, as git gives them', async () => {
    expect(await invoke({})).toEqual({
      file: 'ssh',
      args: ['-o', 'SendEnv=GIT_PROTOCOL', '-p', '2222', 'git@git.example.org', command],
    });
  });

  test('leave the port and the user to the configuration', async () => {
    const { args } = await invoke({}, { port: null, user: null });
    expect(args).toEqual(['-o', 'SendEnv=GIT_PROTOCOL', 'git.example.org', command]);
  });

  test('GIT_SSH is a program, never a line', async () => {
    const { file, args } = await invoke({ program: '/opt/my ssh/ssh' });
    expect(file).toBe('/opt/my ssh/ssh');
    expect(args[0]).toBe('-o');
  });

  test.each([
    ['plink', ['-batch', '-P', '2222']],
    ['/usr/bin/PLINK.EXE', ['-batch', '-P', '2222']],
    ['TortoisePlink.exe', ['-batch', '-P', '2222']],
  ])('%s has words of its own', async (program, words) => {
    const { args } = await invoke({ program });
    expect(args).toEqual([...words, 'git@git.example.org', command]);
  });

  test('a variant that is set counts more than the name', async () => {
    expect((await invoke({ program: 'plink', variant: 'ssh' })).args[0]).toBe('-o');
    expect((await invoke({ program: 'ssh', variant: 'putty' })).args[0]).toBe('-batch');
    // As in git, a word nobody knows means OpenSSH.
    expect((await invoke({ program: 'x', variant: 'nonsense' })).args[0]).toBe('-o');
    expect((await invoke({ program: 'ssh', variant: 'simple' }, { port: null })).args).toEqual([
      'git@git.example.org',
      command,
    ]);
    await expect(invoke({ variant: 'simple' })).rejects.toMatchObject({ code: 'option-conflict' });
  });

  test('an unknown program is asked whether it is OpenSSH', async () => {
    const asked: string[][] = [];
    const yes = await invoke({ program: 'my-ssh' }, {}, ({ file, args }) => {
      asked.push([file, ...args]);
      return Promise.resolve(true);
    });
    expect(asked).toEqual([
      ['my-ssh', '-G', '-o', 'SendEnv=GIT_PROTOCOL', '-p', '2222', 'git@git.example.org'],
    ]);
    expect(yes.args[0]).toBe('-o');
    const no = await invoke({ program: 'my-ssh' }, { port: null }, () => Promise.resolve(false));
    expect(no.args).toEqual(['git@git.example.org', command]);
  });

  test('the version stands in the command where a shell is to read it', async () => {
    const { args } = await invoke({}, { versionInCommand: true });
    expect(args.at(-1)).toBe(`env GIT_PROTOCOL=version=2 ${command}`);
  });
});

describe("the user's own line", () => {
  test('goes through the shell as with git, and nothing of the address is in it', async () => {
    const { file, args } = await invoke({ commandLine: "ssh -i 'my key'" });
    expect([file, ...args.slice(0, 2)]).toEqual(['sh', '-c', `ssh -i 'my key' "$@"`]);
    expect(args.slice(3, 5)).toEqual(['-o', 'SendEnv=GIT_PROTOCOL']);
  });

  test('a real shell hands the address on as it is', async () => {
    const path = '/a b/$(touch pwned)`id`/"quoted"/it\'s!.git';
    const { file, args } = await invoke(
      { commandLine: `printf '%s\\n'`, variant: 'simple' },
      { path, port: null, host: 'git.example.org' },
    );
    const lines = execFileSync(file, args, { encoding: 'utf8' }).trimEnd().split('\n');
    expect(lines.slice(0, -1)).toEqual(['git@git.example.org']);
    // And so does the shell at the other end.
    const there = lines.at(-1)?.replace(/^git-upload-pack /, "printf '%s' ") ?? '';
    expect(execFileSync('sh', ['-c', there], { encoding: 'utf8' })).toBe(path);
  });

  test.each([
    ['ssh -v', 'ssh'],
    ['  "/opt/my ssh/ssh" -v', '/opt/my ssh/ssh'],
    ["'a b'c\\ d e", 'a bc d'],
    ['', null],
    ['"open', null],
    ['trailing\\', null],
  ])('its first word: %j', (line, word) => {
    expect(firstWord(line)).toBe(word);
  });
});

describe('hostile parts', () => {
  test.each<Partial<SshTarget>>([
    { host: '-oProxyCommand=touch pwned', user: null },
    { host: '' },
    { user: '-oProxyCommand=touch pwned' },
    { path: '--upload-pack=touch pwned' },
    { path: '/x\0y' },
  ])('%o are refused before anything runs', async (parts) => {
    await expect(invoke({}, parts)).rejects.toMatchObject({ code: 'url-malformed' });
  });

  test('quotes are quoted as git does', () => {
    expect(shellQuoted("it's!")).toBe(`'it'\\''s'\\!''`);
  });
});

describe('the environment', () => {
  test('keeps agents and proxies, and loses what means another repository', () => {
    const env = sshEnvironment({
      SSH_AUTH_SOCK: '/run/agent',
      GIT_DIR: '/elsewhere/.git',
      GIT_CONFIG_PARAMETERS: "'a.b=c'",
      PACKMULE_HOME: '/home/ann/.packmule',
      LC_ALL: 'de_DE.UTF-8',
      MY_PROXY: 'yes',
      NOTHING: undefined,
    });
    expect(env).toEqual({
      SSH_AUTH_SOCK: '/run/agent',
      MY_PROXY: 'yes',
      LC_ALL: 'C',
      GIT_PROTOCOL: 'version=2',
      SSH_ASKPASS_REQUIRE: 'never',
    });
  });

  test('lets a person be asked when there is a way', () => {
    const env = sshEnvironment({}, { SSH_ASKPASS: '/opt/askpass', SSH_ASKPASS_REQUIRE: 'force' });
    expect(env).toMatchObject({ SSH_ASKPASS: '/opt/askpass', SSH_ASKPASS_REQUIRE: 'force' });
  });
});
