/** Content for tests: the same every time, cheap, and as hard or as easy to compress as wanted. */

import { createCipheriv } from 'node:crypto';

/** Bytes nothing can compress: a cipher's key stream (AES-128-CTR), chosen by `seed`. */
export function noise(bytes: number, seed = 1): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed >>> 0);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const pieces: Buffer[] = [];
  const zeros = Buffer.alloc(Math.min(bytes, 1 << 20));
  for (let made = 0; made < bytes; made += zeros.length) {
    pieces.push(cipher.update(zeros.subarray(0, Math.min(zeros.length, bytes - made))));
  }
  return Buffer.concat(pieces);
}

/** Numbers in [0, 1) from a seed (mulberry32), for choices that must be the same in every run. */
export function seededFractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
