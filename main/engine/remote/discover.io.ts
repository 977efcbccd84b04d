/** Asks a remote what it offers: the advertisement, then the refs (gitprotocol-v2, "Capability Advertisement", "ls-refs"). */

import {
  AdvertisementDecoder,
  encodeLsRefsRequest,
  LsRefsDecoder,
  RemoteError,
  RemoteProtocolError,
  type Advertisement,
} from '../../git/index.ts';
import { EngineError, type EngineErrorCode } from '../errors.ts';
import { protocolAgent } from './agent.ts';
import type { AnswerBytes, GitConnection } from './connection.ts';
import { offerOf, type OfferedRef, type RemoteOffer } from './offer.ts';

export interface Discovery {
  offer: RemoteOffer;
  /** In the order of the server; HEAD first where there is one. */
  refs: OfferedRef[];
  /** Names the server sent that git-check-ref-format(1) refuses; they are left out. */
  droppedNames: number;
}

/**
 * Translates what the decoders refuse into the engine's words; everything else passes.
 * @param truncated what it means that an answer ends before its last packet though its HTTP body was whole: in the
 * middle of a pack proxies do that when a line breaks; with a short answer it is the server that is broken
 */
export function protocolFailure(
  error: unknown,
  host: string,
  truncated: 'connection-lost' | 'protocol-violation' = 'protocol-violation',
): unknown {
  if (error instanceof RemoteError) return new EngineError('remote-refused', { host, detail: error.text });
  if (!(error instanceof RemoteProtocolError)) return error;
  const codes: Partial<Record<typeof error.reason, EngineErrorCode>> = { 'not-git': 'not-git', truncated };
  return new EngineError(
    codes[error.reason] ?? 'protocol-violation',
    { host, detail: error.message },
    { cause: error },
  );
}

async function readAdvertisement(bytes: AnswerBytes): Promise<Advertisement> {
  const decoder = new AdvertisementDecoder();
  for await (const chunk of bytes) decoder.push(chunk);
  return decoder.finish();
}

/**
 * The offer and the refs under `refPrefixes` (and HEAD). Servers may ignore prefixes, so the caller filters again.
 * Throws `protocol-too-old` for protocol v0 and v1, `url-not-supported-yet` for a dumb server.
 */
export async function discover(
  connection: GitConnection,
  host: string,
  refPrefixes: readonly string[],
  signal: AbortSignal,
): Promise<Discovery> {
  try {
    const advertisement = await readAdvertisement(await connection.advertisement(signal));
    if (advertisement.version === 'dumb') {
      throw new EngineError('url-not-supported-yet', {
        host,
        detail: 'The server offers only the "dumb" HTTP protocol.',
      });
    }
    if (advertisement.version !== 2) {
      throw new EngineError('protocol-too-old', {
        host,
        detail: `protocol version ${advertisement.version}`,
      });
    }
    const request = encodeLsRefsRequest({
      objectFormat: advertisement.objectFormat,
      agent: protocolAgent,
      peel: true,
      symrefs: true,
      unborn: advertisement.commands.get('ls-refs')?.includes('unborn') ?? false,
      refPrefixes,
    });
    const decoder = new LsRefsDecoder({ objectFormat: advertisement.objectFormat });
    const refs: OfferedRef[] = [];
    for await (const chunk of await connection.request(request, signal)) {
      for (const ref of decoder.push(chunk)) refs.push(ref);
    }
    // A list that ends before its flush packet is a cut, however politely the connection was closed.
    decoder.finish();
    return { offer: offerOf(advertisement, refs), refs, droppedNames: decoder.droppedNames };
  } catch (error) {
    throw protocolFailure(error, host);
  }
}
