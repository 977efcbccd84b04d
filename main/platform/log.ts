import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { redactText, redactValue } from './log-redaction.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Each method writes one line. None of them ever throws: a full disk must not stop what is being logged. */
export interface Log {
  error(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  info(event: string, facts?: Record<string, unknown>): void;
  debug(event: string, facts?: Record<string, unknown>): void;
  close(): void;
}

export interface LogOptions {
  /** Made when it is not there. */
  directory: string;
  /** This level and the graver ones are written. */
  level: LogLevel;
  /** Of the newest file: `<name>.log`; older ones are `<name>.1.log` and so on. */
  name?: string;
  bytesMax?: number;
  filesMax?: number;
  nowMs?: () => number;
}

/**
 * A log of JSON lines: `{"at","level","event",…facts}`. Lines are written at once, so the last one before a crash is
 * there. Secrets are taken out (see log-redaction.ts).
 */
export function createLog(options: LogOptions): Log {
  const {
    directory,
    level,
    name = 'packmule',
    bytesMax = 5_000_000,
    filesMax = 3,
    nowMs = () => Date.now(),
  } = options;
  const fileAt = (age: number) => path.join(directory, age === 0 ? `${name}.log` : `${name}.${age}.log`);
  let file: { descriptor: number; bytes: number } | null = null;
  let closed = false;

  const open = () => {
    mkdirSync(directory, { recursive: true });
    const descriptor = openSync(fileAt(0), 'a', 0o600);
    return { descriptor, bytes: fstatSync(descriptor).size };
  };

  const rotate = () => {
    if (file) closeSync(file.descriptor);
    file = null;
    for (let age = filesMax - 2; age >= 0; age--) {
      try {
        renameSync(fileAt(age), fileAt(age + 1));
      } catch {
        // There is none of that age yet.
      }
    }
  };

  const write = (at: LogLevel, event: string, facts: Record<string, unknown> = {}) => {
    if (closed || logLevels.indexOf(at) > logLevels.indexOf(level)) return;
    try {
      const kept = redactValue(facts) as Record<string, unknown>;
      const line = { at: new Date(nowMs()).toISOString(), level: at, event: redactText(event), ...kept };
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      file ??= open();
      if (file.bytes > 0 && file.bytes + bytes.byteLength > bytesMax) {
        rotate();
        file = open();
      }
      file.bytes += writeSync(file.descriptor, bytes);
    } catch {
      // Nowhere to say it.
    }
  };

  return {
    error: (event, facts) => write('error', event, facts),
    warn: (event, facts) => write('warn', event, facts),
    info: (event, facts) => write('info', event, facts),
    debug: (event, facts) => write('debug', event, facts),
    close() {
      closed = true;
      if (file) closeSync(file.descriptor);
      file = null;
    },
  };
}
