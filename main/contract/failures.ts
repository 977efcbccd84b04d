/**
 * What can go wrong, as a short closed list of codes. A code, never the text of a message, decides how a failure
 * looks and what a person is offered. A code is added only when a client acts on it differently.
 */

export const failureCodes = [
  // What the person typed
  'url-malformed',
  'url-scheme-unknown',
  'url-not-supported-yet',
  'option-not-supported-yet',
  'option-conflict',
  'branch-not-found',
  'ref-name-malformed',
  // The way to the server
  'host-not-found',
  'connection-refused',
  'connection-timed-out',
  'connection-lost',
  'network-unreachable',
  'tls-failed',
  'host-key-unknown',
  'host-key-changed',
  'redirect-refused',
  // What the server answered
  'authentication-required',
  'proxy-authentication-required',
  'access-denied',
  'repository-not-found',
  'too-many-requests',
  'server-error',
  'not-git',
  'protocol-too-old',
  'protocol-violation',
  'remote-refused',
  'filter-not-supported',
  // What arrived
  'pack-corrupt',
  'objects-missing',
  'object-too-large',
  // This computer
  'target-exists',
  'target-not-writable',
  'target-taken-by-job',
  'not-a-repository',
  'not-adoptable',
  'remote-not-configured',
  'disk-full',
  'disk-failed',
  'git-missing',
  'git-failed',
  'engine-stopped',
  // The contract itself
  'bad-request',
  'unknown-endpoint',
  'job-not-found',
  'job-state',
  'version-mismatch',
  'cancelled',
  'internal',
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** Facts a sentence may need. Never holds a secret: URLs in it are stripped of user names and passwords. */
export interface FailureFacts {
  host?: string;
  url?: string;
  path?: string;
  status?: number;
  branch?: string;
  option?: string;
  jobId?: string;
  /** Milliseconds the server asked us to wait (`Retry-After`, RFC 9110 §10.2.3). */
  retryAfterMs?: number;
  bytesNeeded?: number;
  /** An object in the way, hex, the most that came of it, and how many there are. */
  oid?: string;
  bytesSeen?: number;
  objects?: number;
  /** The server's or git's own words, already made safe to show (control bytes removed, cut to a few lines). */
  detail?: string;
}

/** A failure as it travels and as it is kept. */
export interface Failure {
  code: FailureCode;
  facts: FailureFacts;
}
