/** What the process says to its caller when it ends; see README.md. */

import type { FailureCode } from '../contract/index.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line cannot be understood or asks for what does not exist (yet). */
  usage: 2,
  /** EX_TEMPFAIL of sysexits(3): stopped, nothing lost, the same command goes on. */
  resumable: 75,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Failures that mean what was typed is wrong, whatever the network does. */
const typedWrong: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'url-malformed',
  'url-scheme-unknown',
  'url-not-supported-yet',
  'option-not-supported-yet',
  'option-conflict',
  'ref-name-malformed',
  'bad-request',
]);

export function exitCodeOf(code: FailureCode): ExitCode {
  if (typedWrong.has(code)) return exitCodes.usage;
  return code === 'engine-stopped' ? exitCodes.resumable : exitCodes.failed;
}
