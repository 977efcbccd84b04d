import { randomBytes } from 'node:crypto';
import type { Chance } from '../engine/ports.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 16;
const fairBytes = 256 - (256 % letters.length);

/** Dice of the operating system: nobody can guess the next identifier from the last. */
export const systemChance: Chance = {
  // 48 bits: the most that one call of the generator gives and a double holds exactly.
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  id: () => {
    let id = '';
    while (id.length < idLength) {
      for (const byte of randomBytes(2 * idLength)) {
        // The bytes behind the last whole round of letters would make the first letters likelier.
        if (byte < fairBytes && id.length < idLength) id += letters.charAt(byte % letters.length);
      }
    }
    return id;
  },
};
