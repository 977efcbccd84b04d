import { execFileSync } from 'node:child_process';
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

test.skipIf(!hasOpenssl)('an unknown signer, and a name that does not fit, are tls-failed', async () => {
  const certificate = selfSignedCertificate();
  const server = await startFaultServer(() => honest('hello'), { tls: certificate });
  const strict = createHttpClient();
  const unknown = await errorOf(get(strict, `${server.origin}/`));
  expect(unknown.code).toBe('tls-failed');
  expect(unknown.facts).toMatchObject({ host: 'localhost', detail: expect.stringMatching(/self-signed/) });
  const trusting = createHttpClient({ authorities: [certificate.cert] });
  const elsewhere = await errorOf(get(trusting, `https://127.0.0.2:${server.port}/`)).catch(() => null);
  // The server listens on 127.0.0.1 only; where 127.0.0.2 reaches nobody there is nothing to compare.
  if (elsewhere)
    expect(['tls-failed', 'connection-refused', 'connection-timed-out', 'network-unreachable']).toContain(
      elsewhere.code,
    );
  expect(server.requests.length).toBe(0);
  await Promise.all([strict.close(), trusting.close()]);
  await server.close();
});

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
