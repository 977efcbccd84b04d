/** Which candidate comes when, who is told what, and what never goes anywhere. The helper is a list that keeps a diary. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { CredentialQuestion, Credentials, FoundCredential } from '../../../main/engine/ports.ts';
import { SignIn, type HttpCredential } from '../../../main/engine/remote/index.ts';

const url = 'https://code.example.com/team/app.git';
const origin = 'https://code.example.com';
const challenge = { url, wwwAuthenticate: 'Basic realm="x"' };
const signal = new AbortController().signal;
const pair = (username: string, password: string): HttpCredential => ({ origin, username, password });

let known: FoundCredential[];
let diary: [string, CredentialQuestion, string?][];
let taken: HttpCredential[];
let shared: HttpCredential | null;

const credentials: Credentials = {
  fill(question) {
    diary.push(['fill', question]);
    return Promise.resolve(known[0] ?? null);
  },
  approve(question, { password }) {
    diary.push(['approve', question, password]);
    return Promise.resolve();
  },
  reject(question, { password }) {
    diary.push(['reject', question, password]);
    known = known.filter((each) => each.password !== password);
    return Promise.resolve();
  },
};

beforeEach(() => {
  known = [];
  diary = [];
  taken = [];
  shared = null;
});

const create = (parts: { username?: string; silent?: boolean } = {}) =>
  new SignIn({
    credentials,
    origin,
    username: parts.username ?? null,
    shared: () => shared,
    onTaken: (credential) => void taken.push(credential),
    silent: parts.silent ?? false,
  });
const told = () =>
  diary.filter(([what]) => what !== 'fill').map(([what, , password]) => `${what} ${password}`);
const asksAPerson = {
  code: 'authentication-required',
  facts: { host: 'code.example.com', url, status: 401 },
};

describe('the order', () => {
  test('nothing is sent unasked', () => {
    const signIn = create();
    signIn.offer(pair('ann', 'typed'));
    expect(signIn.for(url)).toBeNull();
  });

  test('what was typed, then the helper, then what was typed for another job, then a person', async () => {
    known = [{ username: 'ann', password: 'helper' }];
    shared = pair('ann', 'shared');
    const signIn = create();
    signIn.offer(pair('ann', 'typed'));
    const first = await signIn.next(challenge, null, signal);
    expect([first.password, signIn.for(url)]).toEqual(['typed', first]);
    const second = await signIn.next(challenge, first, signal);
    const third = await signIn.next(challenge, second, signal);
    expect([second.password, third.password]).toEqual(['helper', 'shared']);
    await expect(signIn.next(challenge, third, signal)).rejects.toMatchObject(asksAPerson);
    expect(signIn.for(url)).toBeNull();
    expect(told()).toEqual(['reject typed', 'reject helper']);
  });

  test('what the server took is sent at once, told to the helpers once and shared', async () => {
    const signIn = create();
    signIn.offer(pair('ann', 'typed'));
    const credential = await signIn.next(challenge, null, signal);
    signIn.taken(credential);
    signIn.taken(credential);
    signIn.begin();
    expect(signIn.for(url)).toBe(credential);
    expect(told()).toEqual(['approve typed']);
    expect(taken).toEqual([credential]);
  });

  test('a helper that repeats what was refused is not believed, until the next run', async () => {
    known = [{ username: 'ann', password: 'old' }];
    const stubborn: Credentials = { ...credentials, reject: () => Promise.resolve() };
    const signIn = new SignIn({
      credentials: stubborn,
      origin,
      username: null,
      shared: () => null,
      onTaken() {},
      silent: false,
    });
    const first = await signIn.next(challenge, null, signal);
    await expect(signIn.next(challenge, first, signal)).rejects.toMatchObject(asksAPerson);
    signIn.begin();
    expect((await signIn.next(challenge, null, signal)).password).toBe('old');
  });

  test('a token that runs out in the middle is replaced by the helper’s next', async () => {
    known = [
      { username: 'ann', password: 'one' },
      { username: 'ann', password: 'two' },
    ];
    const signIn = create();
    const one = await signIn.next(challenge, null, signal);
    signIn.taken(one);
    const two = await signIn.next(challenge, one, signal);
    expect(two.password).toBe('two');
    signIn.taken(two);
    expect(told()).toEqual(['approve one', 'reject one', 'approve two']);
  });

  test('two requests refused at once ask once', async () => {
    known = [{ username: 'ann', password: 'one' }];
    const signIn = create();
    const [a, b] = await Promise.all([
      signIn.next(challenge, null, signal),
      signIn.next(challenge, null, signal),
    ]);
    expect(a).toBe(b);
    expect(diary.length).toBe(1);
  });

  test('the same answer typed again is tried again', async () => {
    const signIn = create();
    signIn.offer(pair('ann', 'typed'));
    await expect(
      signIn.next(challenge, await signIn.next(challenge, null, signal), signal),
    ).rejects.toMatchObject(asksAPerson);
    signIn.offer(pair('ann', 'typed'));
    expect((await signIn.next(challenge, null, signal)).password).toBe('typed');
  });

  test('what helpers want to hear again is told again', async () => {
    known = [{ username: 'a', password: 'b', oauthRefreshToken: 'r', passwordExpiryUtc: '9' }];
    const heard: FoundCredential[] = [];
    const listening: Credentials = {
      ...credentials,
      approve: (_question, found) => Promise.resolve(void heard.push(found)),
    };
    const signIn = new SignIn({
      credentials: listening,
      origin,
      username: null,
      shared: () => null,
      onTaken() {},
      silent: false,
    });
    signIn.taken(await signIn.next(challenge, null, signal));
    expect(heard).toEqual(known);
  });
});

describe('the bounds', () => {
  test.each([
    'http://code.example.com/',
    'https://code.example.com:8443/',
    'https://evil.example/',
    'https://xcode.example.com/',
  ])('nothing for this server goes to %s', async (other) => {
    shared = pair('ann', 'shared');
    const signIn = create({ username: 'ann' });
    signIn.offer(pair('ann', 'typed'));
    signIn.taken(await signIn.next(challenge, null, signal));
    expect(signIn.for(`${other}team/app.git`)).toBeNull();
    const elsewhere = { url: `${other}team/app.git`, wwwAuthenticate: undefined };
    await expect(signIn.next(elsewhere, null, signal)).rejects.toMatchObject({
      code: 'authentication-required',
    });
    const [, question] = diary.at(-1) ?? [];
    expect(question).toEqual({
      protocol: new URL(other).protocol.slice(0, -1),
      host: new URL(other).host,
      path: 'team/app.git',
    });
    // Nor is the good one forgotten for it.
    expect(signIn.for(url)?.password).toBe('typed');
  });

  test('the question is git’s: the path without slashes, unescaped, and the name of the address', async () => {
    const asked = { url: `${origin}//team%20a/app%C3%A9.git/`, wwwAuthenticate: 'Basic realm="x"' };
    await expect(create({ username: 'ann' }).next(asked, null, signal)).rejects.toThrow();
    expect(diary).toEqual([
      [
        'fill',
        {
          protocol: 'https',
          host: 'code.example.com',
          path: 'team a/appé.git',
          username: 'ann',
          wwwAuthenticate: ['Basic realm="x"'],
        },
      ],
    ]);
  });

  test.each(['/a%0ahost=evil', '/a%00', '/%ff'])('a path like %s is left out', async (path) => {
    await expect(create().next({ ...challenge, url: origin + path }, null, signal)).rejects.toThrow();
    expect(diary[0]?.[1].path).toBeUndefined();
  });

  test('somebody else’s name is not tried where the address names one', async () => {
    shared = pair('bob', 'shared');
    await expect(create({ username: 'ann' }).next(challenge, null, signal)).rejects.toMatchObject(
      asksAPerson,
    );
    expect((await create({ username: 'bob' }).next(challenge, null, signal)).password).toBe('shared');
  });

  test('a server that takes no passwords gets none', async () => {
    known = [{ username: 'ann', password: 'helper' }];
    const asking = create().next({ url, wwwAuthenticate: 'Negotiate' }, null, signal);
    await expect(asking).rejects.toMatchObject({ code: 'access-denied' });
    expect(diary).toEqual([]);
  });

  test('a look tells nobody anything', async () => {
    known = [{ username: 'ann', password: 'helper' }];
    const signIn = create({ silent: true });
    const credential = await signIn.next(challenge, null, signal);
    signIn.taken(credential);
    await expect(signIn.next(challenge, credential, signal)).rejects.toMatchObject(asksAPerson);
    expect(told()).toEqual([]);
  });

  test('who is stopped is asked nothing more', async () => {
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(create().next(challenge, null, stop)).rejects.toThrow('stopped');
    expect(diary).toEqual([]);
  });
});
