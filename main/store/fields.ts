/**
 * One field of a row, checked. What lies on a disk may have been written by another version, by hand or by a failing
 * disk, so nothing of it is believed before it was looked at.
 */

import { errorKinds, type EngineErrorCode, type EngineFailure, type ErrorFacts } from '../engine/errors.ts';

export type Row = Record<string, unknown>;

/** A row that cannot be understood; the message is the end of a sentence: "state is "asleep"". */
export class RowError extends Error {}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 60);
}

export function text(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new RowError(`${name} is ${shown(value)}`);
  return value;
}

export function textOrNull(row: Row, name: string): string | null {
  return row[name] === null ? null : text(row, name);
}

/** A whole number that JavaScript holds exactly. */
export function whole(row: Row, name: string, min = 0): number {
  const value = row[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
    throw new RowError(`${name} is ${shown(value)}`);
  }
  return value;
}

export function wholeOrNull(row: Row, name: string): number | null {
  return row[name] === null ? null : whole(row, name);
}

export function oneOf<const T extends string>(row: Row, name: string, known: readonly T[]): T {
  const value = row[name];
  const found = known.find((each) => each === value);
  if (found === undefined) throw new RowError(`${name} is ${shown(value)}`);
  return found;
}

/** The value of a JSON column; null where the column is empty. */
export function json(row: Row, name: string): unknown {
  const value = textOrNull(row, name);
  if (value === null) return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new RowError(`${name} is no JSON`);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const factTypes = {
  host: 'string',
  url: 'string',
  path: 'string',
  status: 'number',
  branch: 'string',
  option: 'string',
  jobId: 'string',
  retryAfterMs: 'number',
  bytesNeeded: 'number',
  oid: 'string',
  bytesSeen: 'number',
  objects: 'number',
  detail: 'string',
} as const satisfies Record<keyof ErrorFacts, 'string' | 'number'>;

/** Only the facts this version knows, each of its type. */
function factsFrom(value: unknown): ErrorFacts {
  if (!isObject(value)) return {};
  const known = Object.entries(factTypes).filter(([name, type]) => typeof value[name] === type);
  return Object.fromEntries(known.map(([name]) => [name, value[name]]));
}

/**
 * A kept failure. A code this version does not know becomes `internal` with the code as its detail: the job it belongs
 * to is worth more than the reason it stopped for.
 */
export function failureFrom(value: unknown): EngineFailure {
  const code = isObject(value) ? value['code'] : undefined;
  const facts = factsFrom(isObject(value) ? value['facts'] : undefined);
  if (typeof code === 'string' && Object.hasOwn(errorKinds, code))
    return { code: code as EngineErrorCode, facts };
  return { code: 'internal', facts: { ...facts, detail: `unknown failure ${shown(code)}` } };
}

export function failureOrNull(row: Row, name: string): EngineFailure | null {
  const value = json(row, name);
  return value === null ? null : failureFrom(value);
}
