/** Object ids for tests: as even as a hash, the same for the same seed, and sometimes very like each other. */

import { noise } from './noise.ts';

/** So many ids as bytes, one behind the other. */
export function randomOids(count: number, oidBytes: number, seed: number): Uint8Array {
  return new Uint8Array(noise(Math.max(1, count * oidBytes), seed)).subarray(0, count * oidBytes);
}

/** The id at this place, as hex. */
export function hexAt(oids: Uint8Array, oidBytes: number, place: number): string {
  return Buffer.from(oids.subarray(place * oidBytes, (place + 1) * oidBytes)).toString('hex');
}

/** All of them as hex. */
export function hexOids(oids: Uint8Array, oidBytes: number): string[] {
  return Array.from({ length: oids.length / oidBytes }, (_, place) => hexAt(oids, oidBytes, place));
}
