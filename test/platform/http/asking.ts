/** What the HTTP tests ask with. */

import type { HttpClient, HttpRequest, HttpResponse } from '../../../main/engine/ports.ts';
import { EngineError } from '../../../main/engine/errors.ts';

export const timeouts = { connectMs: 2000, headersMs: 2000, silenceMs: 2000 };

export function get(
  client: HttpClient,
  url: string,
  more: Partial<HttpRequest> = {},
  signal = new AbortController().signal,
): Promise<HttpResponse> {
  return client.send({ method: 'GET', url, headers: {}, timeouts, redirects: 'follow', ...more }, signal);
}

export async function bodyOf(response: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What arrived, and how it ended. */
export async function bodyAndEnd(response: HttpResponse): Promise<{ body: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  let error: unknown = null;
  try {
    for await (const chunk of response.body) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { body: Buffer.concat(chunks), error };
}

/** The error a promise ends with; fails the test if it does not. */
export async function errorOf(work: Promise<unknown>): Promise<EngineError> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof EngineError) return thrown;
  throw new Error('expected an EngineError', { cause: thrown });
}
