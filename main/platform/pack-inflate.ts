import { inflateSync } from 'node:zlib';
import { pakoInflate, type InflateFactory } from '../git/index.ts';
import { throwIfStopped } from './thread-stop.ts';

/** zlib will not work in less room than this. */
const roomBytesMin = 64;

interface InflatedWithInfo {
  buffer: Uint8Array;
  /** Despite its name, the bytes of the input that were used (node:zlib, zlib.bytesWritten). */
  engine: { bytesWritten: number };
}

/** Node's own zlib for entries that lie whole in a chunk, which is nearly all of them; pako for the rest. Throws `ThreadStopped`. */
export function nodeInflate(): InflateFactory {
  return {
    ...pakoInflate(),
    whole(input, sizeBytes) {
      throwIfStopped();
      try {
        const room = Math.max(roomBytesMin, sizeBytes);
        const inflated = inflateSync(input, { info: true, chunkSize: room, maxOutputLength: room });
        const { buffer, engine } = inflated as unknown as InflatedWithInfo;
        return { consumedBytes: engine.bytesWritten, producedBytes: buffer.byteLength };
      } catch {
        return null;
      }
    },
  };
}
