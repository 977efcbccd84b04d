import { execFileSync } from 'node:child_process';
import type net from 'node:net';
import tls from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { createHttpClient } from '../../../main/platform/http/index.ts';
import { selfSignedCertificate } from '../../support/certificate.ts';
import { head, honest, startFaultServer } from '../../support/fault-server.ts';
import { removeTempDirs } from '../../support/temp.ts';
import { bodyAndEnd, bodyOf, errorOf, get } from './asking.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasOpenssl) {
  if (process.env['CI']) throw new Error('the TLS tests need the openssl command');
  console.warn('SKIPPED: the TLS tests need the openssl command, which is not on PATH');
}

afterAll(removeTempDirs);

test.skipIf(!hasOpenssl)(
  'a trusted certificate: the answer, and every byte of it counted, TLS included',
  async () => {
    const certificate = selfSignedCertificate();
    let raw = { bytesWritten: 0, bytesRead: 0 };
    const server = await startFaultServer(() => honest('hello'), {
      tls: certificate,
      onConnection: (socket) => (raw = socket),
    });
    const client = createHttpClient({ authorities: [certificate.cert] });
    expect((await bodyOf(await get(client, `${server.origin}/`))).toString()).toBe('hello');
    expect(client.wireBytes).toBe(raw.bytesWritten);
    expect(client.wireBytes).toBeGreaterThan(500);
    expect(client.uploadedBytes).toBe(raw.bytesRead);
    // An address is checked too, against the certificate's addresses.
    expect((await get(client, `https://127.0.0.1:${server.port}/`)).status).toBe(200);
    await client.close();
    await server.close();
  },
);

test.skipIf(!hasOpenssl)('an unknown signer is tls-failed', async () => {
  const certificate = selfSignedCertificate();
  const server = await startFaultServer(() => honest('hello'), { tls: certificate });
  const strict = createHttpClient();
  const unknown = await errorOf(get(strict, `${server.origin}/`));
  expect(unknown.code).toBe('tls-failed');
  expect(unknown.facts).toMatchObject({ host: 'localhost', detail: expect.stringMatching(/self-signed/) });
  expect(server.requests.length).toBe(0);
  await strict.close();
  await server.close();
});

// Only Linux answers on all of 127.0.0.0/8 without being asked to; the certificate names 127.0.0.1 alone.
test.skipIf(!hasOpenssl || process.platform !== 'linux')(
  'a trusted certificate for another address is tls-failed',
  async () => {
    const certificate = selfSignedCertificate();
    const server = tls.createServer(certificate).on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    const { port } = server.address() as net.AddressInfo;
    const client = createHttpClient({ authorities: [certificate.cert] });
    const error = await errorOf(get(client, `https://127.0.0.2:${port}/`));
    expect(error.code).toBe('tls-failed');
    expect(error.facts.detail).toMatch(/altnames|127\.0\.0\.2/);
    await client.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  },
);

test('plain HTTP where TLS was asked for is tls-failed', async () => {
  const server = await startFaultServer(() => [], {
    onConnection: (socket) => socket.write('HTTP/1.1 400 No\r\n\r\n'),
  });
  const client = createHttpClient();
  expect((await errorOf(get(client, `https://127.0.0.1:${server.port}/`))).code).toBe('tls-failed');
  await client.close();
  await server.close();
});

test('a handshake that is cut is connection-lost', async () => {
  const client = createHttpClient();
  for (const how of ['resetAndDestroy', 'end'] as const) {
    const server = await startFaultServer(() => [], {
      onConnection: (socket) => socket.once('data', () => void socket[how]()),
    });
    expect((await errorOf(get(client, `https://127.0.0.1:${server.port}/`))).code).toBe('connection-lost');
    await server.close();
  }
  await client.close();
});

test.skipIf(!hasOpenssl)('a cut inside TLS is connection-lost behind what arrived', async () => {
  const certificate = selfSignedCertificate();
  const server = await startFaultServer(
    () => [{ send: head(200, ['Content-Length: 10']) + 'hello' }, 'reset'],
    { tls: certificate },
  );
  const client = createHttpClient({ authorities: [certificate.cert] });
  const { body, error } = await bodyAndEnd(await get(client, `${server.origin}/`));
  expect(body.toString()).toBe('hello');
  expect(error).toMatchObject({ code: 'connection-lost' });
  await client.close();
  await server.close();
});
