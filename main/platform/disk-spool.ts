import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { EngineError } from '../engine/errors.ts';
import type { SpoolFile } from '../engine/ports.ts';
import { diskError, onDisk } from './disk-errors.ts';

/**
 * Opens a spool: what lies beyond `keepBytes` is cut off, and the rest is made durable before anything is said about
 * it. A file shorter than `keepBytes` is `disk-failed`: a promise about its bytes was broken.
 */
export async function openSpoolFile(path: string, keepBytes: number): Promise<SpoolFile> {
  return await onDisk(path, async () => {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o666);
    try {
      const { size } = await handle.stat();
      if (size < keepBytes) {
        throw new EngineError('disk-failed', {
          path,
          detail: `the file has ${size} bytes where ${keepBytes} were kept`,
        });
      }
      // A device such as /dev/full has no length to cut.
      if (size > keepBytes) await handle.truncate(keepBytes);
      // Bytes of a process that was killed may sit in the system's cache only.
      if (keepBytes > 0) await handle.datasync();
    } catch (error) {
      await handle.close().catch(() => undefined);
      throw error;
    }
    return new Spool(path, handle, keepBytes);
  });
}

class Spool implements SpoolFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #lengthBytes: number;
  #durableBytes: number;
  #broken: EngineError | null = null;
  #closing: Promise<void> | null = null;

  constructor(path: string, handle: FileHandle, lengthBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.#lengthBytes = lengthBytes;
    this.#durableBytes = lengthBytes;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** A chunk counts whole or not at all: after a failure the next append writes over what was left of it. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#assertUsable();
    try {
      let doneBytes = 0;
      // write(2) may take less than it was given, most likely just before the disk is full.
      while (doneBytes < chunk.byteLength) {
        const position = this.#lengthBytes + doneBytes;
        const { bytesWritten } = await this.#handle.write(
          chunk,
          doneBytes,
          chunk.byteLength - doneBytes,
          position,
        );
        doneBytes += bytesWritten;
      }
      this.#lengthBytes += doneBytes;
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  /**
   * After one failure the file is given up: the kernel marks the pages it could not write as clean, so a second
   * fdatasync would succeed without having written them (fsync(2), NOTES and BUGS).
   */
  async sync(): Promise<void> {
    this.#assertUsable();
    const lengthBytes = this.#lengthBytes;
    if (lengthBytes === this.#durableBytes) return;
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#broken = diskError(error, this.#path);
      throw this.#broken;
    }
    // Another sync may have failed, or got further, while this one was under way.
    this.#assertUsable();
    this.#durableBytes = Math.max(this.#durableBytes, lengthBytes);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#handle.close();
    await onDisk(this.#path, () => this.#closing ?? Promise.resolve());
  }

  #assertUsable(): void {
    if (this.#broken) throw this.#broken;
    if (this.#closing)
      throw new EngineError('disk-failed', { path: this.#path, detail: 'the spool is closed' });
  }
}
