import type { Socket } from 'node:net';

/**
 * Counts what one client's sockets carry. TLS runs over a plain socket of ours, and it is that one which is counted: so
 * handshakes, records and headers are all in the sums, as they would be on a bill. What TCP and IP add is not.
 */
export class WireMeter {
  readonly #live = new Set<Socket>();
  #receivedBefore = 0;
  #sentBefore = 0;
  /** The error a socket is reporting at this very moment, see `onSocketError`. */
  #errorNow: Error | null = null;

  watch(socket: Socket): void {
    this.#live.add(socket);
    socket.once('close', () => {
      if (!this.#live.delete(socket)) return;
      this.#receivedBefore += socket.bytesRead;
      this.#sentBefore += socket.bytesWritten;
    });
  }

  get receivedBytes(): number {
    let sum = this.#receivedBefore;
    for (const socket of this.#live) sum += socket.bytesRead;
    return sum;
  }

  get sentBytes(): number {
    let sum = this.#sentBefore;
    for (const socket of this.#live) sum += socket.bytesWritten;
    return sum;
  }

  /** Bytes that wait in our own memory to be sent. */
  get unsentBytes(): number {
    let sum = 0;
    for (const socket of this.#live) sum += socket.writableLength;
    return sum;
  }

  get errorNow(): Error | null {
    return this.#errorNow;
  }

  /**
   * undici takes a reset connection for the end of a body that has no length. Called before undici's own listener, in
   * the same turn, this lets the reader of such a body tell the two apart.
   */
  onSocketError(error: Error): void {
    this.#errorNow = error;
    process.nextTick(() => (this.#errorNow = null));
  }

  destroySockets(): void {
    for (const socket of this.#live) socket.destroy();
  }
}
