import { randomBytes, randomInt } from 'node:crypto';
import type { Chance } from '../engine/ports.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Dice of the operating system: nobody can guess the next identifier from the last. */
export const systemChance: Chance = {
  // 48 bits: the most that one call of the generator gives and a double holds exactly.
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  id: () => Array.from({ length: 16 }, () => letters.charAt(randomInt(letters.length))).join(''),
};
