/**
 * What the engine says when something does not work: a code, the facts a sentence may need, whose fault it is and
 * whether trying again may help. Words are made elsewhere, from the code.
 */

/** Whose fault decides how long the engine goes on trying (see jobs/retry.ts). */
export type Fault =
  /** The road: waiting may help, and may be needed for ever. */
  | 'network'
  /** The server: trying again may help for a while. */
  | 'server'
  /** A person must decide or change something. */
  | 'person'
  /** This computer: disk, git, permissions. */
  | 'machine'
  /** A broken belief of our own. */
  | 'packmule';

export interface ErrorKind {
  fault: Fault;
  /** May the same thing work a moment later, with nobody doing anything? */
  spurious: boolean;
}

/** Each code with its nature. The one place where the engine's failures are listed. */
export const errorKinds = {
  'url-malformed': { fault: 'person', spurious: false },
  'url-scheme-unknown': { fault: 'person', spurious: false },
  'url-not-supported-yet': { fault: 'person', spurious: false },
  'option-not-supported-yet': { fault: 'person', spurious: false },
  'option-conflict': { fault: 'person', spurious: false },
  'branch-not-found': { fault: 'person', spurious: false },
  'ref-name-malformed': { fault: 'person', spurious: false },
  'host-not-found': { fault: 'network', spurious: true },
  'connection-refused': { fault: 'network', spurious: true },
  'connection-timed-out': { fault: 'network', spurious: true },
  'connection-lost': { fault: 'network', spurious: true },
  'network-unreachable': { fault: 'network', spurious: true },
  'tls-failed': { fault: 'person', spurious: false },
  'host-key-unknown': { fault: 'person', spurious: false },
  'host-key-changed': { fault: 'person', spurious: false },
  'redirect-refused': { fault: 'server', spurious: false },
  'authentication-required': { fault: 'person', spurious: false },
  'proxy-authentication-required': { fault: 'person', spurious: false },
  'access-denied': { fault: 'person', spurious: false },
  'repository-not-found': { fault: 'person', spurious: false },
  'too-many-requests': { fault: 'server', spurious: true },
  'server-error': { fault: 'server', spurious: true },
  'not-git': { fault: 'server', spurious: false },
  'protocol-too-old': { fault: 'server', spurious: false },
  'protocol-violation': { fault: 'server', spurious: true },
  'remote-refused': { fault: 'server', spurious: false },
  'filter-not-supported': { fault: 'server', spurious: false },
  'pack-corrupt': { fault: 'server', spurious: true },
  'objects-missing': { fault: 'server', spurious: false },
  'object-too-large': { fault: 'network', spurious: false },
  'target-exists': { fault: 'person', spurious: false },
  'target-not-writable': { fault: 'person', spurious: false },
  'target-taken-by-job': { fault: 'person', spurious: false },
  'not-a-repository': { fault: 'person', spurious: false },
  'not-adoptable': { fault: 'person', spurious: false },
  'remote-not-configured': { fault: 'person', spurious: false },
  'disk-full': { fault: 'machine', spurious: false },
  'disk-failed': { fault: 'machine', spurious: false },
  'git-missing': { fault: 'machine', spurious: false },
  'git-failed': { fault: 'machine', spurious: false },
  'engine-stopped': { fault: 'machine', spurious: true },
  'job-not-found': { fault: 'person', spurious: false },
  'job-state': { fault: 'person', spurious: false },
  cancelled: { fault: 'person', spurious: false },
  internal: { fault: 'packmule', spurious: false },
} as const satisfies Record<string, ErrorKind>;

export type EngineErrorCode = keyof typeof errorKinds;

/** Facts for a sentence. URLs are stripped of user names and passwords before they get here. */
export interface ErrorFacts {
  host?: string;
  url?: string;
  path?: string;
  status?: number;
  branch?: string;
  option?: string;
  jobId?: string;
  retryAfterMs?: number;
  bytesNeeded?: number;
  /** An object in the way, hex, the most that came of it, and how many there are. */
  oid?: string;
  bytesSeen?: number;
  objects?: number;
  detail?: string;
}

/** The plain value of an error, as it is stored and shown. */
export interface EngineFailure {
  code: EngineErrorCode;
  facts: ErrorFacts;
}

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: EngineErrorCode, facts: ErrorFacts = {}, options?: { cause?: unknown }) {
    super(`${code}${facts.detail === undefined ? '' : `: ${facts.detail}`}`, options);
    this.name = 'EngineError';
    this.code = code;
    this.facts = facts;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

/** Any thrown thing as a value; what the engine did not expect is `internal` and keeps its message as a detail. */
export function failureOf(error: unknown): EngineFailure {
  if (error instanceof EngineError) return { code: error.code, facts: error.facts };
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', facts: { detail } };
}
