/**
 * Why an upload-pack that was reached through ssh, or run here, ended without a word of the protocol: told by exit
 * codes and English messages, which we asked for (LC_ALL=C). Pure.
 */

import { safeText } from '../../git/index.ts';
import { EngineError, type EngineErrorCode, type ErrorFacts } from '../errors.ts';
import type { DuplexEnd } from '../ports.ts';

/** A login banner can be long; what matters stands at the end. */
const detailCharsMax = 1000;

/** The last words on standard error, safe to show; undefined when there were none. */
export function lastWords(stderr: string): string | undefined {
  const text = safeText(stderr.slice(-16 * detailCharsMax), 16 * detailCharsMax + 1).trim();
  if (text === '') return undefined;
  const tail = text.slice(-detailCharsMax);
  // A line cut in the middle says less than none.
  return tail.length < text.length && tail.includes('\n') ? tail.slice(tail.indexOf('\n') + 1) : tail;
}

type Rule = readonly [pattern: RegExp, code: EngineErrorCode];

/** ssh's own failures come with exit code 255 (ssh(1), EXIT STATUS). The first pattern that fits decides. */
const sshRules: readonly Rule[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|POSSIBLE DNS SPOOFING/, 'host-key-changed'],
  [
    /Host key verification failed|No \S+ host key is known for|host key is not cached|authenticity of host/i,
    'host-key-unknown',
  ],
  [/Could not resolve hostname .*Temporary failure/, 'network-unreachable'],
  [/Could not resolve hostname|Name or service not known|Host does not exist/, 'host-not-found'],
  [/Connection refused/, 'connection-refused'],
  [/timed out|Timeout, server/i, 'connection-timed-out'],
  [/No route to host|Network is (unreachable|down)|Host is down/, 'network-unreachable'],
  [
    /Permission denied|Too many authentication failures|No supported authentication methods|Authentication failed/i,
    'authentication-required',
  ],
  [
    /Connection (closed|reset)|Connection to \S+ closed|Broken pipe|kex_exchange_identification|banner exchange/i,
    'connection-lost',
  ],
  [
    /Bad configuration option|Bad owner or permissions|terminating, \d+ bad|Can't open user config/i,
    'git-failed',
  ],
];

/** What upload-pack, or the program a host runs in its place, says about the repository. */
const repositoryRules: readonly Rule[] = [
  [/dubious ownership|unsafe repository/i, 'access-denied'],
  [
    /does not appear to be a git repository|repository .{0,300}not found|not found:? .{0,300}repository|could not be found|cannot find repository|does not exist|No such (file|project|repository)/i,
    'repository-not-found',
  ],
  [
    /access denied|permission denied|not (allowed|permitted|authorized)|insufficient permission|unauthorized|forbidden/i,
    'access-denied',
  ],
];

function firstFit(rules: readonly Rule[], text: string): EngineErrorCode | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

/** For ssh that ended before the server's first packet. */
export function sshFailure(end: DuplexEnd, facts: ErrorFacts): EngineError {
  const said = lastWords(end.stderr);
  const told = said === undefined ? facts : { ...facts, detail: said };
  // All of what is kept: the reason may stand before a long banner.
  const code = end.exitCode === 255 ? firstFit(sshRules, end.stderr) : firstFit(repositoryRules, end.stderr);
  if (code !== undefined) return new EngineError(code, told);
  if (end.exitCode === 127 || end.exitCode === 126) {
    // A shell did not find a program: git at the other end, or the ssh that the user's configuration names.
    return new EngineError(/upload-pack/.test(end.stderr) ? 'not-git' : 'git-failed', told);
  }
  if (said === undefined)
    return new EngineError('connection-lost', { ...facts, detail: howItEnded('ssh', end) });
  return new EngineError('remote-refused', told);
}

/** For an upload-pack on this computer that ended before its first packet. */
export function localFailure(end: DuplexEnd, facts: ErrorFacts): EngineError {
  const said = lastWords(end.stderr);
  const code = firstFit(repositoryRules, end.stderr) ?? 'git-failed';
  return new EngineError(code, { ...facts, detail: said ?? howItEnded('git upload-pack', end) });
}

/** For a git:// server that closed the connection before its first packet. */
export function socketFailure(_end: DuplexEnd, facts: ErrorFacts): EngineError {
  return new EngineError('connection-lost', {
    ...facts,
    detail: 'The server closed the connection without an answer.',
  });
}

/** In the middle of an answer: whatever the reason, what came so far counts and the rest can be asked for again. */
export function cutAnswer(end: DuplexEnd, facts: ErrorFacts): EngineError {
  const said = lastWords(end.stderr);
  return new EngineError('connection-lost', {
    ...facts,
    detail: said ?? 'The connection ended in the middle of an answer.',
  });
}

function howItEnded(program: string, end: DuplexEnd): string {
  if (end.exitCode === null) return `${program} was ended by a signal.`;
  return `${program} ended with exit code ${end.exitCode} and said nothing.`;
}
