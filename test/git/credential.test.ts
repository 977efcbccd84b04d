/** Against git itself: `git credential fill` with helpers that are small programs (git's t0300 and t5563, restated). */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  decodeCredential,
  encodeCredential,
  LocalProtocolError,
  type GitCredential,
} from '../../main/git/index.ts';
import { tryGit } from '../support/git.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

afterAll(removeTempDirs);

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

/** A helper that keeps what it was told in `<path>.<operation>` and prints `says` when asked. */
function helper(says: string): { path: string; told: (operation: string) => Uint8Array } {
  const path = join(makeTempDir('helper'), 'helper');
  writeFileSync(`${path}.says`, says);
  writeFileSync(path, `#!/bin/sh\ncat >"$0.$1"\ntest "$1" = get && cat "$0.says"\nexit 0\n`);
  chmodSync(path, 0o700);
  return { path, told: (operation) => readFileSync(`${path}.${operation}`) };
}

/** Asks git, with these helpers only. */
function credential(operation: string, asked: GitCredential, ...helpers: { path: string }[]) {
  const config = helpers.flatMap(({ path }) => ['-c', `credential.helper=${path}`]);
  return tryGit([...config, 'credential', operation], {
    input: encodeCredential(asked),
    env: { GIT_ASKPASS: '' },
  });
}

const asked: GitCredential = { protocol: 'http', host: 'example.com', path: 'foo.git' };

describe('as git understands it', () => {
  test.each<[string, string, GitCredential]>([
    ['a name and a password', 'username=foo\npassword=bar\n', { username: 'foo', password: 'bar' }],
    [
      'values with "=" and spaces',
      'username=a=b c\npassword= =x= \n',
      { username: 'a=b c', password: ' =x= ' },
    ],
    ['UTF-8', 'username=Zoë\npassword=пароль🔑\n', { username: 'Zoë', password: 'пароль🔑' }],
    ['line ends of Windows', 'username=foo\r\npassword=bar\r\n', { username: 'foo', password: 'bar' }],
    ['an empty password', 'username=foo\npassword=\n', { username: 'foo', password: '' }],
    ['unknown keys', 'username=foo\nflavour=sweet\npassword=bar\n', { username: 'foo', password: 'bar' }],
    [
      'the last of repeated keys',
      'username=x\nusername=foo\npassword=bar\n',
      { username: 'foo', password: 'bar' },
    ],
  ])('%s', async (_name, says, expected) => {
    const answer = await credential('fill', asked, helper(says));
    expect(answer.code, answer.stderr).toBe(0);
    const { path: _path, ...plain } = asked;
    expect(decodeCredential(answer.stdout)).toEqual({ ...plain, ...expected });
    expect(decodeCredential(bytes(says))).toEqual(expected);
    expect(text(encodeCredential(decodeCredential(answer.stdout)))).toBe(answer.stdout.toString());
  });

  test('a helper that gives half is completed by the next', async () => {
    const answer = await credential(
      'fill',
      asked,
      helper('username=foo\n'),
      helper('username=foo\npassword=bar\n'),
    );
    expect(decodeCredential(answer.stdout)).toMatchObject({ username: 'foo', password: 'bar' });
  });

  test('without an answer git says so, and asks nobody', async () => {
    const answer = await credential('fill', asked, helper(''));
    expect(answer.code).toBe(128);
    expect(answer.stderr).toContain('terminal prompts disabled');
    expect(answer.stdout.length).toBe(0);
  });

  test('a helper that says quit ends the asking', async () => {
    const never = helper('username=foo\npassword=bar\n');
    const answer = await credential('fill', asked, helper('quit=1\n'), never);
    expect(answer.code).toBe(128);
    expect(() => never.told('get')).toThrow('ENOENT');
  });

  test.each(['approve', 'reject'])('%s tells the helper the very bytes', async (operation) => {
    const one = helper('');
    const whole: GitCredential = {
      protocol: 'https',
      host: '[::1]:8443',
      username: 'Zoë',
      password: ' p=ß ',
    };
    const answer = await credential(operation, whole, one);
    expect(answer.code, answer.stderr).toBe(0);
    const stored = operation === 'approve' ? 'store' : 'erase';
    expect(text(one.told(stored))).toBe(text(encodeCredential(whole)));
  });

  test('the path goes to a helper only where useHttpPath says so', async () => {
    const [without, with_] = [helper('username=a\npassword=b\n'), helper('username=a\npassword=b\n')];
    await credential('fill', asked, without);
    expect(decodeCredential(without.told('get'))).toEqual({ protocol: 'http', host: 'example.com' });
    await tryGit(
      ['-c', 'credential.useHttpPath=true', '-c', `credential.helper=${with_.path}`, 'credential', 'fill'],
      {
        input: encodeCredential(asked),
      },
    );
    expect(decodeCredential(with_.told('get'))).toEqual(asked);
  });

  test('a challenge is no offence to a git that does not know it', async () => {
    const wwwAuthenticate = ['Basic realm="a=b"', 'Bearer authorize_uri="https://id.example.com"'];
    const answer = await credential(
      'fill',
      { ...asked, wwwAuthenticate },
      helper('username=a\npassword=b\n'),
    );
    expect(answer.code, answer.stderr).toBe(0);
  });

  test.each(['password_expiry_utc=1\noauth_refresh_token=r\n'])('%j is kept', (more) => {
    const lines = `protocol=http\nhost=h\nusername=a\npassword=b\n${more.split('\n')[1]}\n${more.split('\n')[0]}\n`;
    expect(text(encodeCredential(decodeCredential(bytes(lines))))).toBe(lines);
  });
});

describe('the format alone', () => {
  test('keys with brackets add up, and an empty value forgets', () => {
    const lines =
      'capability[]=authtype\ncapability[]=state\nwwwauth[]=A\nwwwauth[]=\nwwwauth[]=B\nwwwauth[]=C\n';
    expect(decodeCredential(bytes(lines))).toEqual({
      capabilities: ['authtype', 'state'],
      wwwAuthenticate: ['B', 'C'],
    });
    const written = encodeCredential({
      capabilities: ['authtype'],
      protocol: 'http',
      host: 'h',
      wwwAuthenticate: ['B'],
    });
    expect(text(written)).toBe('capability[]=authtype\nprotocol=http\nhost=h\nwwwauth[]=B\n');
  });

  test.each(['username=a\n\npassword=b\n', 'username=a\r\n\r\npassword=b\n'])(
    '%j ends at the empty line',
    (lines) => {
      expect(decodeCredential(bytes(lines))).toEqual({ username: 'a' });
    },
  );

  test('nothing is a credential about nothing', () => {
    expect(decodeCredential(bytes(''))).toEqual({});
  });

  test.each([
    ['a line without "="', bytes('username=a\nbye\n')],
    ['NUL', bytes('password=a\0b\n')],
    ['CR in the middle', bytes('password=a\rhost=evil\n')],
    ['two CR at the end', bytes('password=a\r\r\n')],
    ['bytes that are no UTF-8', Uint8Array.of(0x61, 0x3d, 0xff, 0x0a)],
    ['a value beyond every measure', bytes(`password=${'x'.repeat(70_000)}\n`)],
    ['too many lines', bytes('a=b\n'.repeat(2_000))],
  ])('%s is refused when read', (_name, data) => {
    expect(() => decodeCredential(data)).toThrow(LocalProtocolError);
  });

  const members = [
    'protocol',
    'host',
    'path',
    'username',
    'password',
    'oauthRefreshToken',
    'passwordExpiryUtc',
  ] as const;
  const injections = [
    'x\nhost=evil.example',
    'x\rhost=evil.example',
    'x\r\nhost=evil',
    'x\0',
    '\ud800',
    '\n',
  ];
  test.each(members.flatMap((member) => injections.map((value) => [member, value] as const)))(
    '%s cannot be %j',
    (member, value) => {
      const whole = {
        protocol: 'https',
        host: 'h',
        username: 'hunter2',
        password: 'hunter3',
        [member]: value,
      };
      expect(() => encodeCredential(whole)).toThrow(LocalProtocolError);
      expect(() => encodeCredential(whole)).not.toThrow(/hunter|evil/);
    },
  );

  test.each(injections)('a challenge cannot be %j', (value) => {
    expect(() => encodeCredential({ protocol: 'https', host: 'h', wwwAuthenticate: [value] })).toThrow(
      LocalProtocolError,
    );
    expect(() => encodeCredential({ protocol: 'https', host: 'h', capabilities: [value] })).toThrow(
      LocalProtocolError,
    );
  });

  test.each([
    { host: 'h' },
    { protocol: 'https' },
    { protocol: '', host: 'h' },
    { protocol: 'https', host: '' },
  ])('%j is nobody’s', (half) => {
    expect(() => encodeCredential({ ...half, username: 'a', password: 'b' })).toThrow(LocalProtocolError);
  });
});
