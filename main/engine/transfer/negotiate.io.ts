/**
 * Finds out with the server what both have, so that only the difference is sent (gitprotocol-v2, "fetch": have,
 * acknowledgments; fetch-pack.c, do_fetch_pack_v2). Each round says again what was found common before, for a server over
 * HTTP remembers nothing.
 */

import { encodeFetchRequest, FetchResponseDecoder, safeText, type FetchRequest } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { protocolFailure, type AnswerBytes, type GitConnection } from '../remote/index.ts';

/** How many ids the first round tells; each further one twice as many, up to the larger number (fetch-pack.c, next_flush). */
const firstRound = 16;
const largestRound = 16_384;

/** Ids in a row that the server did not know, after it knew some, until we stop asking (fetch-pack.c, MAX_IN_VAIN). */
const vainMax = 256;

/** An end for servers that know nothing of what is here: a whole history is not uploaded for it. */
const havesMax = 65_536;

export interface Negotiation {
  connection: GitConnection;
  /** Everything but haves and `done`. */
  request: Omit<FetchRequest, 'haves' | 'done'>;
  /** Newest first. */
  haves: AsyncGenerator<string>;
  host: string;
  signal: AbortSignal;
}

export interface Common {
  /** What to say with `done`, when nothing was sent yet. */
  haves: string[];
  /** The server was ready and its answer, with the pack in it, has begun. */
  answer: AnswerBytes | null;
}

interface Round {
  acknowledged: string[];
  answer: AnswerBytes | null;
}

async function* joined(kept: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* kept;
    kept.length = 0;
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Reads an answer as far as its acknowledgments go. What follows a `ready` is left to whoever reads on. */
async function readRound(answer: AnswerBytes, negotiation: Negotiation): Promise<Round> {
  const { host, request } = negotiation;
  const decoder = new FetchResponseDecoder({ objectFormat: request.objectFormat });
  const bytes = answer[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  const acknowledged: string[] = [];
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done === true) break;
      kept.push(next.value);
      for (const event of decoder.push(next.value)) {
        if (event.type === 'remote-error') {
          throw new EngineError('remote-refused', { host, detail: safeText(event.text) });
        }
        if (event.type !== 'acknowledgment') continue;
        if (event.kind === 'ack') acknowledged.push(event.oid);
        // What else is in this chunk is read again from the beginning.
        if (event.kind === 'ready') return { acknowledged, answer: joined(kept, bytes) };
      }
    }
    decoder.finish();
    return { acknowledged, answer: null };
  } catch (error) {
    await bytes.return?.();
    throw protocolFailure(error, host, 'connection-lost');
  }
}

/** @throws EngineErrors of the connection and the server; the signal's reason when aborted */
export async function negotiate(negotiation: Negotiation): Promise<Common> {
  const { connection, request, haves, signal } = negotiation;
  const common = new Set<string>();
  let told = 0;
  let vain = 0;
  try {
    for (let size = firstRound; ; size = Math.min(largestRound, size * 2)) {
      const fresh: string[] = [];
      while (fresh.length < size) {
        const next = await haves.next();
        if (next.done === true) break;
        fresh.push(next.value);
      }
      told += fresh.length;
      vain += fresh.length;
      const over = fresh.length < size || told >= havesMax || (common.size > 0 && vain >= vainMax);
      if (over) return { haves: [...common, ...fresh], answer: null };
      const body = encodeFetchRequest({ ...request, haves: [...common, ...fresh], done: false });
      const round = await readRound(await connection.request(body, signal), negotiation);
      if (round.answer !== null) return { haves: [], answer: round.answer };
      if (round.acknowledged.some((oid) => !common.has(oid))) vain = 0;
      for (const oid of round.acknowledged) common.add(oid);
    }
  } finally {
    await haves.return(undefined);
  }
}

/** The connection, with the answer to its next request in hand already. */
export function withAnswer(connection: GitConnection, answer: AnswerBytes): GitConnection {
  let waiting: AnswerBytes | null = answer;
  return {
    advertisement: (signal) => connection.advertisement(signal),
    request(body, signal) {
      const ready = waiting;
      waiting = null;
      return ready === null ? connection.request(body, signal) : Promise.resolve(ready);
    },
    get wireBytes() {
      return connection.wireBytes;
    },
    get uploadedBytes() {
      return connection.uploadedBytes;
    },
    get requests() {
      return connection.requests;
    },
    requestsAtOnce: connection.requestsAtOnce,
    close: () => connection.close(),
  };
}
