import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serve, speak } from './interface-server.ts';

describe('the pages', () => {
  it('are served with headers that allow only our own files and connections', async () => {
    const server = await serve();
    const { status, headers, body } = await get(server.port, '/');
    expect([status, body]).toEqual([200, '<!doctype html><title>Packmule</title>']);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        `connect-src 'self' ws://127.0.0.1:${server.port} ws://localhost:${server.port}; font-src 'self'; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are cached where their names tell their content', async () => {
    const { port } = await serve();
    const { status, headers } = await get(port, '/assets/index-1a2b.js');
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('answer HEAD without a body', async () => {
    const { port } = await serve();
    const { status, headers, body } = await get(port, '/index.html', { method: 'HEAD' });
    expect([status, headers['content-length'], body]).toEqual([200, '38', '']);
  });

  it.each([
    '/nothing',
    '/link.txt',
    '/assets',
    '/assets/',
    '/assets/index-1a2b.js.map',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '//etc/passwd',
    '/index.html%00.js',
    '/index.html/',
    '\\index.html',
    'http://127.0.0.1/index.html',
  ])('do not include %s', async (path) => {
    const { port } = await serve();
    const answer = await speak(
      port,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(answer).not.toContain('secret');
  });

  it.each(['evil.example', '2130706433', '[::1]', 'localhost.', '127.1'])(
    'are not served to Host %s',
    async (name) => {
      const { port } = await serve();
      const { status, body } = await get(port, '/', { host: `${name}:${port}` });
      expect([status, body]).toEqual([403, 'Host is not this server\n']);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuse %s', async (method) => {
    const { port } = await serve();
    expect((await get(port, '/', { method })).status).toBe(405);
  });
});

function get(
  port: number,
  path: string,
  { method = 'GET', host = `127.0.0.1:${port}` } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, path, method, host: '127.0.0.1', headers: { host }, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
