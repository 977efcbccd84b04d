/** The user's helpers through the real git: asked, told, and never able to make us wait for a terminal. */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createCredentials, createGit } from '../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const before = { ...process.env };
let home: string;
let troubles: string[];

beforeEach(() => {
  home = makeTempDir('person');
  troubles = [];
  for (const name of Object.keys(process.env))
    if (name.startsWith('GIT_')) Reflect.deleteProperty(process.env, name);
  process.env['HOME'] = home;
  process.env['XDG_CONFIG_HOME'] = join(home, '.config');
});

afterEach(() => {
  for (const name of Object.keys(process.env))
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

afterAll(removeTempDirs);

const question = { protocol: 'https', host: 'code.example.com:8443', path: 'team/app.git' } as const;
const open = { silent: false, signal: new AbortController().signal };

function withHelper(script: string, config = ''): void {
  const path = join(home, 'helper');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  writeFileSync(join(home, '.gitconfig'), `[credential]\n\thelper = ${path}\n${config}`);
}

function credentials() {
  return createCredentials(createGit(), (operation) => troubles.push(operation));
}

test('what git itself stores is found again, and forgotten when it was refused', async () => {
  writeFileSync(join(home, '.gitconfig'), '[credential]\n\thelper = store\n');
  const helpers = credentials();
  const found = { username: 'zoë', password: 'p@ss:word =🔑 ' };
  expect(await helpers.fill(question, open)).toBeNull();
  await helpers.approve(question, found);
  expect(await helpers.fill(question, open)).toEqual(found);
  expect(await helpers.fill({ ...question, username: 'zoë' }, open)).toEqual(found);
  expect(await helpers.fill({ ...question, username: 'bob' }, open)).toBeNull();
  expect(await helpers.fill({ ...question, protocol: 'http' }, open)).toBeNull();
  expect(await helpers.fill({ ...question, host: 'code.example.com' }, open)).toBeNull();
  await helpers.reject(question, found);
  expect(await helpers.fill(question, open)).toBeNull();
  expect(troubles).toEqual([]);
});

test('the helper gets the whole question, and the path where the user wants it', async () => {
  const said = join(home, 'said');
  withHelper(`cat >'${said}'\necho username=a\necho password=b`, '\tuseHttpPath = true\n');
  expect(await credentials().fill({ ...question, username: 'a' }, open)).toEqual({
    username: 'a',
    password: 'b',
  });
  expect(readFileSync(said, 'utf8')).toContain(
    'protocol=https\nhost=code.example.com:8443\npath=team/app.git\nusername=a\n',
  );
});

test('no program is asked for a password, whatever is configured', async () => {
  const asked = join(home, 'asked');
  const askpass = join(home, 'askpass');
  writeFileSync(askpass, `#!/bin/sh\ntouch '${asked}'\necho secret\n`);
  chmodSync(askpass, 0o700);
  writeFileSync(join(home, '.gitconfig'), `[core]\n\taskPass = ${askpass}\n`);
  process.env['SSH_ASKPASS'] = askpass;
  process.env['GIT_ASKPASS'] = askpass;
  expect(await credentials().fill(question, open)).toBeNull();
  expect(existsSync(asked)).toBe(false);
});

test('the helper lives in the user’s world, not in ours', async () => {
  const seen = join(home, 'seen');
  withHelper(`env >'${seen}'\necho username=a\necho password=b`);
  Object.assign(process.env, {
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    PACKMULE_ASKPASS_TOKEN: 'token',
    GIT_DIR: '/nowhere',
    NODE_OPTIONS: '',
  });
  await credentials().fill(question, { ...open, silent: true });
  const names = readFileSync(seen, 'utf8').split('\n');
  expect(names).toEqual(
    expect.arrayContaining(['DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere', 'GCM_INTERACTIVE=never']),
  );
  expect(names.filter((line) => /^(PACKMULE_|NODE_OPTIONS|GIT_DIR)/.test(line))).toEqual([]);
});

test.each([
  ['fails', 'exit 3'],
  ['talks nonsense', 'echo nonsense'],
  ['quits', 'echo quit=1'],
  ['gives only a name', 'echo username=a'],
  ['gives no text', "printf 'username=a\\npassword=\\377\\n'"],
])('a helper that %s is no answer and no error', async (_name, script) => {
  withHelper(script);
  expect(await credentials().fill(question, open)).toBeNull();
});

test('a question that could name another host is not asked', async () => {
  const touched = join(home, 'touched');
  withHelper(`touch '${touched}'\necho username=a\necho password=b`);
  expect(await credentials().fill({ ...question, path: 'x\nhost=evil' }, open)).toBeNull();
  await credentials().approve(question, { username: 'a', password: 'b\nhost=evil' });
  expect(existsSync(touched)).toBe(false);
  expect(troubles).toEqual(['fill', 'approve']);
});

test('who gives up does not wait for a helper that hangs', async () => {
  withHelper('sleep 30');
  const stop = new AbortController();
  const filling = credentials().fill(question, { silent: false, signal: stop.signal });
  setTimeout(() => stop.abort(new Error('stopped')), 100);
  await expect(filling).rejects.toThrow('stopped');
});

test('without a git there is no answer', async () => {
  mkdirSync(join(home, 'empty'));
  const none = createCredentials(createGit({ executable: join(home, 'empty', 'git') }), (each) =>
    troubles.push(each),
  );
  expect(await none.fill(question, open)).toBeNull();
  expect(troubles).toEqual(['fill']);
});
