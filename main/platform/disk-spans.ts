import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { EngineError } from '../engine/errors.ts';
import type { SpanFile } from '../engine/ports.ts';
import { diskError, onDisk } from './disk-errors.ts';

/** Opens a file whose parts come in any order; it is made where there is none, and what is in it stays. */
export async function openSpanFile(path: string): Promise<SpanFile> {
  return await onDisk(
    path,
    async () => new Spans(path, await open(path, constants.O_RDWR | constants.O_CREAT, 0o666)),
  );
}

class Spans implements SpanFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #broken: EngineError | null = null;
  #closing: Promise<void> | null = null;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(fromBytes: number, chunk: Uint8Array): Promise<void> {
    this.#assertUsable();
    try {
      // write(2) may take less than it was given, most likely just before the disk is full.
      for (let doneBytes = 0; doneBytes < chunk.byteLength;) {
        const left = chunk.byteLength - doneBytes;
        const { bytesWritten } = await this.#handle.write(chunk, doneBytes, left, fromBytes + doneBytes);
        doneBytes += bytesWritten;
      }
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  async read(fromBytes: number, into: Uint8Array): Promise<number> {
    this.#assertUsable();
    try {
      let doneBytes = 0;
      while (doneBytes < into.byteLength) {
        const left = into.byteLength - doneBytes;
        const { bytesRead } = await this.#handle.read(into, doneBytes, left, fromBytes + doneBytes);
        if (bytesRead === 0) break;
        doneBytes += bytesRead;
      }
      return doneBytes;
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  /** After one failure the file is given up, for the reason that openSpoolFile's sync gives. */
  async sync(): Promise<void> {
    this.#assertUsable();
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#broken = diskError(error, this.#path);
      throw this.#broken;
    }
    // Another sync may have failed while this one was under way.
    this.#assertUsable();
  }

  async resize(lengthBytes: number): Promise<void> {
    this.#assertUsable();
    await onDisk(this.#path, () => this.#handle.truncate(lengthBytes));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#handle.close();
    await onDisk(this.#path, () => this.#closing ?? Promise.resolve());
  }

  #assertUsable(): void {
    if (this.#broken) throw this.#broken;
    if (this.#closing)
      throw new EngineError('disk-failed', { path: this.#path, detail: 'the file is closed' });
  }
}
