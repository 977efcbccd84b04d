/** A way to `git upload-pack` at a remote, whatever carries it. */

/** What came back to one request: its bytes as they arrive. Leaving the loop early ends the transfer. */
export type AnswerBytes = AsyncIterable<Uint8Array>;

/**
 * Stateless in the sense of protocol v2: each request stands for itself (gitprotocol-v2, "Command Request").
 * All methods throw EngineErrors; an aborted signal rejects with its reason.
 */
export interface GitConnection {
  /** The capability advertisement. The first thing asked; a redirect here decides where later requests go. */
  advertisement(signal: AbortSignal): Promise<AnswerBytes>;
  /** One command with its arguments, ending in a flush packet. */
  request(body: Uint8Array, signal: AbortSignal): Promise<AnswerBytes>;
  /** As many requests may be under way at once. */
  readonly requestsAtOnce: number;
  readonly wireBytes: number;
  readonly uploadedBytes: number;
  readonly requests: number;
  close(): Promise<void>;
}
