import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpClient } from '../../../main/engine/ports.ts';
import { createHttpClient } from '../../../main/platform/http/index.ts';
import { followUp } from '../../../main/platform/http/redirects.ts';
import { honest, redirect, startFaultServer, type FaultServer } from '../../support/fault-server.ts';
import { bodyOf, errorOf, get, timeouts } from './asking.ts';

let here: FaultServer;
let there: FaultServer;
let client: HttpClient;

beforeEach(async () => {
  there = await startFaultServer(() => honest('there'));
  here = await startFaultServer((request) =>
    request.path === '/end'
      ? honest('end')
      : redirect(request.path === '/away' ? `${there.origin}/end` : '/end'),
  );
  client = createHttpClient();
});

afterEach(async () => {
  await client.close();
  await Promise.all([here.close(), there.close()]);
});

const credential = () => ({ origin: here.origin, username: 'anna', password: 'pässwörd:1' });

describe('following', () => {
  test('stays on the connection, and says which URL answered', async () => {
    const response = await get(client, `${here.origin}/start`);
    expect((await bodyOf(response)).toString()).toBe('end');
    expect(response.url).toBe(`${here.origin}/end`);
    expect(here.accepted).toBe(1);
    expect(client.requests).toBe(2);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} turns a POST into ${status < 307 ? 'a GET' : 'the same POST'}`, async () => {
      here.answer((request) => (request.path === '/end' ? honest('end') : redirect('/end', status)));
      const post = {
        method: 'POST' as const,
        body: Buffer.from('wants'),
        headers: { 'content-type': 'x/y', accept: 'a/b' },
      };
      await bodyOf(await get(client, `${here.origin}/start`, post));
      const second = here.requests[1];
      expect(second?.method).toBe(status < 307 ? 'GET' : 'POST');
      expect(second?.body.toString()).toBe(status < 307 ? '' : 'wants');
      expect(second?.headers.get('content-type')).toBe(status < 307 ? undefined : 'x/y');
      expect(second?.headers.get('accept')).toBe('a/b');
    });
  }

  test('ends after twenty', async () => {
    here.answer((request) => redirect(`${request.path}x`));
    const error = await errorOf(get(client, `${here.origin}/`));
    expect(error.code).toBe('redirect-refused');
    expect(here.requests.length).toBe(21);
  });

  test('a 300 and a 304 are answers, also with a Location', async () => {
    for (const status of [300, 304]) {
      here.answer(() => [{ send: `HTTP/1.1 ${status} Said\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n` }]);
      expect((await get(client, `${here.origin}/`)).status).toBe(status);
    }
  });

  test('an endless or stuck body of a redirect is not waited for', async () => {
    here.answer((request) =>
      request.path === '/end'
        ? honest('end')
        : [{ send: `HTTP/1.1 302 Said\r\nLocation: /end\r\n\r\n` }, { noiseBytes: 1e8 }],
    );
    expect((await bodyOf(await get(client, `${here.origin}/`))).toString()).toBe('end');
    expect(here.accepted).toBe(2);
  });
});

describe('refusing', () => {
  test('where none is followed', async () => {
    const error = await errorOf(get(client, `${here.origin}/start`, { redirects: 'refuse' }));
    expect(error.code).toBe('redirect-refused');
    expect(error.facts).toMatchObject({ host: '127.0.0.1', status: 302 });
    expect(here.requests.length).toBe(1);
  });

  for (const location of ['ftp://127.0.0.1/x', 'file:///etc/passwd', 'http://[bad/']) {
    test(location, async () => {
      here.answer(() => redirect(location));
      expect((await errorOf(get(client, here.origin))).code).toBe('redirect-refused');
    });
  }

  test('from https to http', () => {
    const request = {
      method: 'GET' as const,
      url: 'https://a.example/',
      headers: {},
      timeouts,
      redirects: 'follow' as const,
    };
    expect(() => followUp(request, 302, 'http://a.example/')).toThrow(/https to http/);
    expect(followUp(request, 302, '//b.example/x')?.url).toBe('https://b.example/x');
  });
});

describe('credentials', () => {
  test('go to their origin, as RFC 7617 writes them', async () => {
    await bodyOf(await get(client, `${here.origin}/start`, { credential: credential() }));
    const expected = `Basic ${Buffer.from('anna:pässwörd:1').toString('base64')}`;
    expect(here.requests.map((each) => each.headers.get('authorization'))).toEqual([expected, expected]);
  });

  test('and nowhere else, no more than Authorization and Cookie do', async () => {
    const headers = { Authorization: 'Bearer abc', cookie: 'a=b', accept: 'x/y' };
    await bodyOf(await get(client, `${here.origin}/away`, { headers }));
    await bodyOf(await get(client, `${here.origin}/away`, { credential: credential() }));
    expect(here.requests[0]?.headers.get('authorization')).toBe('Bearer abc');
    expect(there.requests.length).toBe(2);
    for (const each of there.requests) {
      expect(each.headers.has('authorization')).toBe(false);
      expect(each.headers.has('cookie')).toBe(false);
    }
    expect(there.requests[0]?.headers.get('accept')).toBe('x/y');
  });

  test('user info in a Location is dropped', async () => {
    here.answer(() => redirect(there.origin.replace('//', '//eve:secret@')));
    const response = await get(client, here.origin);
    expect(response.url).not.toContain('eve');
    expect(there.requests[0]?.headers.has('authorization')).toBe(false);
  });
});
