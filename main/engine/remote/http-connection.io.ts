/** `git upload-pack` over smart HTTP (gitprotocol-http, "Smart Clients"). */

import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { EngineError } from '../errors.ts';
import type { Clock, HttpClient, HttpRequest, HttpResponse, HttpTimeouts } from '../ports.ts';
import { userAgent } from './agent.ts';
import type { AnswerBytes, GitConnection } from './connection.ts';
import { checkAnswer, type AnswerHead } from './http-answer.ts';
import type { HttpCredential, SignIn } from './sign-in.io.ts';

const advertisementSuffix = '/info/refs?service=git-upload-pack';

/** A refusal's few words are read, so that its connection can be used again; a long one closes it. */
const refusalBytesMax = 16 * 1024;

/** Smaller bodies go as they are: the gzip frame would eat the gain (git does the same, remote-curl.c). */
const gzipBodyBytesMin = 1024;

/** More would only make a server busier, and the line is full by then. */
const requestsAtOnce = 4;

/**
 * Bodies are ids, which are hashes: short accidental matches cost more than the digits they stand for. Z_FILTERED passes
 * over them and leaves the digits to Huffman's code (zlib manual, deflateInit2): 6 % less than zlib's default.
 */
const idsDeflated = { strategy: constants.Z_FILTERED };

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

async function discard(body: AnswerBytes): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > refusalBytesMax) break;
    }
  } catch {
    // How it ended changes nothing about what it said; the next request will find out.
  }
}

export class HttpConnection implements GitConnection {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #signIn: SignIn;
  /** Where the repository answers; moved once by the redirect of the first request. */
  #base: string;

  constructor(parts: { http: HttpClient; clock: Clock; url: string; host: string; signIn: SignIn }) {
    this.#http = parts.http;
    this.#clock = parts.clock;
    this.#host = parts.host;
    this.#signIn = parts.signIn;
    this.#signIn.begin();
    this.#base = parts.url.replace(/\/+$/, '');
  }

  get requestsAtOnce(): number {
    return requestsAtOnce;
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
    const response = await this.#ask(
      () => ({
        method: 'GET',
        url: this.#base + advertisementSuffix,
        headers: { accept: '*/*', pragma: 'no-cache' },
        timeouts: advertisementTimeouts,
        redirects: 'follow',
      }),
      'application/x-git-upload-pack-advertisement',
      signal,
    );
    this.#follow(response.url);
    return response.body;
  }

  async request(body: Uint8Array, signal: AbortSignal): Promise<AnswerBytes> {
    const packed = body.length >= gzipBodyBytesMin ? await promisify(gzip)(body, idsDeflated) : null;
    const response = await this.#ask(
      () => ({
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
      }),
      'application/x-git-upload-pack-result',
      signal,
    );
    return response.body;
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#signIn.settled()]);
  }

  /** Git re-roots at the redirected URL only when it still ends in what was asked (remote-curl.c, update_url_from_redirect). */
  #follow(answeredUrl: string): void {
    if (answeredUrl === this.#base + advertisementSuffix) return;
    if (!answeredUrl.endsWith(advertisementSuffix)) {
      throw new EngineError('redirect-refused', { host: this.#host, url: answeredUrl });
    }
    this.#base = answeredUrl.slice(0, -advertisementSuffix.length);
  }

  /**
   * Asks until the answer is something else than "who are you?". `request` is made anew for each try: a redirect before
   * a 401 moves the place that is asked, and the credential is for that place (http.c, http_request_reauth).
   */
  async #ask(request: () => HttpRequest, contentType: string, signal: AbortSignal) {
    for (;;) {
      const next = request();
      const credential = this.#signIn.for(next.url);
      const response = await this.#send(next, credential, signal);
      if (response.status !== 401) {
        await this.#check(response, contentType);
        if (credential !== null) this.#signIn.taken(credential);
        return response;
      }
      await discard(response.body);
      if (next.redirects === 'follow') this.#follow(response.url);
      const challenge = { url: this.#base, wwwAuthenticate: response.headers.get('www-authenticate') };
      await this.#signIn.next(challenge, this.#sentTo(response.url, credential), signal);
    }
  }

  /** What the server that answered was sent: nothing, where a redirect had led elsewhere. */
  #sentTo(url: string, credential: HttpCredential | null): HttpCredential | null {
    return credential?.origin === new URL(url).origin ? credential : null;
  }

  #send(request: HttpRequest, credential: HttpCredential | null, signal: AbortSignal) {
    return this.#http.send(
      {
        ...request,
        headers: {
          'user-agent': userAgent,
          'git-protocol': 'version=2',
          'accept-encoding': 'identity',
          ...request.headers,
        },
        ...(credential === null ? {} : { credential }),
      },
      signal,
    );
  }

  async #check(response: HttpResponse, contentType: string): Promise<void> {
    try {
      checkAnswer(response, contentType, this.#host, this.#clock.nowMs());
    } catch (error) {
      const detail = await explanation(response);
      if (detail === undefined || !(error instanceof EngineError)) throw error;
      throw new EngineError(error.code, { ...error.facts, detail });
    }
  }
}
