/** `git upload-pack` over smart HTTP (gitprotocol-http, "Smart Clients"). */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { EngineError } from '../errors.ts';
import type { Clock, HttpClient, HttpRequest, HttpTimeouts } from '../ports.ts';
import { userAgent } from './agent.ts';
import type { AnswerBytes, GitConnection } from './connection.ts';
import { checkAnswer, type AnswerHead } from './http-answer.ts';

export interface HttpCredential {
  origin: string;
  username: string;
  password: string;
}

/** Smaller bodies go as they are: the gzip frame would eat the gain (git does the same, remote-curl.c). */
const gzipBodyBytesMin = 1024;

/** A server may count objects for minutes before the first byte of a pack; upload-pack's keepalives come every 5 s. */
const advertisementTimeouts: HttpTimeouts = { connectMs: 15_000, headersMs: 60_000, silenceMs: 30_000 };
const requestTimeouts: HttpTimeouts = { connectMs: 15_000, headersMs: 180_000, silenceMs: 30_000 };

/** What the body says when the server explains itself in plain text (git shows text/plain, never HTML). */
async function explanation(response: AnswerHead & { body: AnswerBytes }): Promise<string | undefined> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/plain')) return undefined;
  const parts: number[] = [];
  try {
    for await (const chunk of response.body) {
      for (const byte of chunk) if (parts.length < 1000) parts.push(byte);
      if (parts.length >= 1000) break;
    }
  } catch {
    return undefined;
  }
  const text = parts
    .map((byte) => ((byte >= 0x20 && byte < 0x7f) || byte === 10 ? String.fromCharCode(byte) : ' '))
    .join('');
  return text.trim() === '' ? undefined : text.trim();
}

export class HttpConnection implements GitConnection {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #credential: HttpCredential | undefined;
  /** Where the repository answers; moved once by the redirect of the first request. */
  #base: string;

  constructor(parts: {
    http: HttpClient;
    clock: Clock;
    url: string;
    host: string;
    credential?: HttpCredential;
  }) {
    this.#http = parts.http;
    this.#clock = parts.clock;
    this.#host = parts.host;
    this.#credential = parts.credential;
    this.#base = parts.url.replace(/\/+$/, '');
  }

  get wireBytes(): number {
    return this.#http.wireBytes;
  }
  get uploadedBytes(): number {
    return this.#http.uploadedBytes;
  }
  get requests(): number {
    return this.#http.requests;
  }

  async advertisement(signal: AbortSignal): Promise<AnswerBytes> {
    const suffix = '/info/refs?service=git-upload-pack';
    const response = await this.#send(
      {
        method: 'GET',
        url: this.#base + suffix,
        headers: { accept: '*/*', pragma: 'no-cache' },
        timeouts: advertisementTimeouts,
        redirects: 'follow',
      },
      'application/x-git-upload-pack-advertisement',
      signal,
    );
    if (response.url !== this.#base + suffix) this.#base = this.#rebase(response.url, suffix);
    return response.body;
  }

  async request(body: Uint8Array, signal: AbortSignal): Promise<AnswerBytes> {
    const packed = body.length >= gzipBodyBytesMin ? await promisify(gzip)(body) : null;
    const response = await this.#send(
      {
        method: 'POST',
        url: `${this.#base}/git-upload-pack`,
        headers: {
          'content-type': 'application/x-git-upload-pack-request',
          accept: 'application/x-git-upload-pack-result',
          ...(packed === null ? {} : { 'content-encoding': 'gzip' }),
        },
        body: packed ?? body,
        timeouts: requestTimeouts,
        redirects: 'refuse',
      },
      'application/x-git-upload-pack-result',
      signal,
    );
    return response.body;
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** Git re-roots at the redirected URL only when it still ends in what was asked (remote-curl.c, update_url_from_redirect). */
  #rebase(answeredUrl: string, suffix: string): string {
    if (!answeredUrl.endsWith(suffix)) {
      throw new EngineError('redirect-refused', { host: this.#host, url: answeredUrl });
    }
    return answeredUrl.slice(0, -suffix.length);
  }

  async #send(request: HttpRequest, contentType: string, signal: AbortSignal) {
    const response = await this.#http.send(
      {
        ...request,
        headers: {
          'user-agent': userAgent,
          'git-protocol': 'version=2',
          'accept-encoding': 'identity',
          ...request.headers,
        },
        ...(this.#credential === undefined ? {} : { credential: this.#credential }),
      },
      signal,
    );
    try {
      checkAnswer(response, contentType, this.#host, this.#clock.nowMs());
    } catch (error) {
      const detail = await explanation(response);
      if (detail === undefined || !(error instanceof EngineError)) throw error;
      throw new EngineError(error.code, { ...error.facts, detail });
    }
    return response;
  }
}
