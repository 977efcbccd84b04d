/**
 * What the engine asks of the world. Everything that waits, reads, writes, listens or throws dice comes in through
 * here; `platform/` and `store/` answer in production, simulated twins in tests.
 */

import type { OpenHistoryWalk } from './walk-ports.ts';
import type {
  StoredJob,
  StoredArtefact,
  StoredPiece,
  StoredAttempt,
  StoredActivity,
  StoredRange,
} from './jobs/records.ts';
import type { PackTools } from './pack-ports.ts';

export type {
  BegunJoin,
  ComposedIndex,
  FollowedPack,
  KeptPack,
  JoinedPack,
  PackFollower,
  PackTools,
  SealedPack,
} from './pack-ports.ts';

export type * from './walk-ports.ts';

export interface Clock {
  /** Wall clock, milliseconds since 1970; for showing and storing only. */
  nowMs(): number;
  /** Never goes back; for measuring and waiting. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` until the returned function is called. Never keeps the process alive. */
  every(ms: number, tick: () => void): () => void;
}

export interface Chance {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** A fresh identifier of 16 lower-case letters and digits, safe as a file name. */
  id(): string;
}

export interface HttpTimeouts {
  /** TCP and TLS together. */
  connectMs: number;
  /** From the last byte of the request to the end of the response's header. */
  headersMs: number;
  /** Longest silence within a body while we are ready to read. */
  silenceMs: number;
}

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST';
  /** http(s), without user info. */
  url: string;
  headers: Record<string, string>;
  body?: Uint8Array;
  timeouts: HttpTimeouts;
  /**
   * Whether redirects are followed. Git follows them on the first request only (http.followRedirects=initial). Never
   * from https to http; at most 20; credentials stay with the scheme, host and port they were given for.
   */
  redirects: 'follow' | 'refuse';
  /** Sent as `Authorization: Basic` to `origin` only. */
  credential?: { origin: string; username: string; password: string };
}

export interface HttpResponse {
  status: number;
  /** Lower-case names; repeated fields joined with ", ". */
  headers: ReadonlyMap<string, string>;
  /** The URL that answered, after redirects. */
  url: string;
  /**
   * The body as it came over the wire: content codings are not undone. Reading drives the socket (backpressure): a
   * reader that stops stops the sender. Ends only at a body's true end; a body cut short throws an EngineError
   * `connection-lost`. Leaving the loop early closes the connection.
   */
  body: AsyncIterable<Uint8Array>;
}

/**
 * One job's way to HTTP servers. Errors are EngineErrors of the network codes (`host-not-found`, `connection-refused`,
 * `connection-timed-out`, `connection-lost`, `network-unreachable`, `tls-failed`, `redirect-refused`).
 * Status codes are not errors here.
 */
export interface HttpClient {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  /** Totals over all connections since the client was made, counted at the sockets (headers and TLS included). */
  readonly wireBytes: number;
  readonly uploadedBytes: number;
  readonly requests: number;
  /** Closes every socket now, whatever is under way. */
  close(): Promise<void>;
}

/** A `git upload-pack` at another computer that is reached over one connection, not by requests (gitprotocol-pack(5)). */
export type DuplexTarget =
  | {
      transport: 'ssh';
      user: string | null;
      host: string;
      /** Null leaves it to ssh and its configuration. */
      port: number | null;
      /** As the remote's shell is to see it, not quoted. */
      path: string;
      /**
       * Asks for the protocol in the command (`env GIT_PROTOCOL=… git-upload-pack`) as well: for a server that does not
       * take GIT_PROTOCOL from its client (sshd_config(5), AcceptEnv) but runs commands in a shell.
       */
      versionInCommand?: boolean;
      /** What lets ssh ask a person (ssh(1), SSH_ASKPASS). Without it ssh asks nobody, and fails where it would have to. */
      askpassEnv?: Record<string, string>;
    }
  | {
      transport: 'git';
      /** IPv6 without brackets. */
      host: string;
      port: number;
      path: string;
    };

export interface DuplexEnd {
  /** Null for a socket, and when a signal ended the program. */
  exitCode: number | null;
  /** The end of what the program said beside the protocol; not safe to show. */
  stderr: string;
}

/** Bytes both ways with an upload-pack at the other end. */
export interface Duplex {
  /** Resolves when there is room for more, or when the other side is gone: that is told by `output` and `ended`. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Reading drives the other side (backpressure). Ends when the other side ends or `kill` was called; a broken
   * connection throws an EngineError of the network codes. Read once, by one reader.
   */
  readonly output: AsyncIterable<Uint8Array>;
  /** Settles when the process has ended or the socket is closed; never rejects. */
  readonly ended: Promise<DuplexEnd>;
  /** Now, whatever is under way; what was not read is lost. */
  kill(): void;
  /** Bytes that came and went over the pipe or socket: for ssh those of Git's protocol, before encryption. */
  readonly wireBytes: number;
  readonly uploadedBytes: number;
}

export interface GitResult {
  exitCode: number;
  stdout: Uint8Array;
  /** Its last 64 KiB, decoded. */
  stderr: string;
}

export interface GitOptions {
  /** Passed as GIT_DIR. */
  gitDir?: string;
  /** Passed as GIT_WORK_TREE, and the directory the command runs in. */
  workTree?: string;
  input?: Uint8Array | string;
  /** Exit codes that are answers, not failures; 0 is always among them. */
  expect?: readonly number[];
  signal?: AbortSignal;
  /**
   * `plumbing`: nobody's configuration but the repository's; hooks off.
   * `as-user`: the user's configuration counts too (line endings, filters, default branch); hooks still off.
   */
  configuration?: 'plumbing' | 'as-user';
  /** Each line (or CR-terminated progress update) of standard error. */
  onProgress?: (line: string) => void;
  /** Further `-c key=value`. */
  config?: readonly string[];
  /** `low`: whatever else the computer has to do comes first. */
  priority?: 'normal' | 'low';
  env?: Record<string, string>;
}

/** A running git that is fed and read while it runs. */
export interface GitProcess {
  /** Resolves when git's pipe has room again. Rejects with `git-failed` once git is gone. */
  write(chunk: Uint8Array): Promise<void>;
  endInput(): void;
  readonly output: AsyncIterable<Uint8Array>;
  /** Settles when the process has ended; never rejects. `exitCode` is null when a signal ended it. */
  readonly ended: Promise<{ exitCode: number | null; stderr: string }>;
  kill(): void;
}

/**
 * The system's git. Arguments are an array, never a shell line. A missing git is EngineError `git-missing`; an exit
 * code nobody expected is `git-failed` with the end of its standard error as detail.
 */
export interface Git {
  run(args: readonly string[], options?: GitOptions): Promise<GitResult>;
  start(args: readonly string[], options?: GitOptions): GitProcess;
  /** e.g. "2.39.5"; null when there is no usable git. */
  version(): Promise<string | null>;
}

/** Whose name and password are wanted: a repository at an HTTP server (gitcredentials(7)). */
export interface CredentialQuestion {
  protocol: 'http' | 'https';
  /** With the port where it is not the scheme's own; IPv6 in brackets. */
  host: string;
  /** Of the repository, unescaped, without slashes at its ends. */
  path?: string;
  /** Only this person's will do. */
  username?: string;
  /** The server's `WWW-Authenticate` fields. */
  wwwAuthenticate?: readonly string[];
}

export interface FoundCredential {
  username: string;
  password: string;
  /** What else the helper said and wants to hear again. */
  oauthRefreshToken?: string;
  passwordExpiryUtc?: string;
}

/**
 * The user's own credential helpers, asked as git asks them. What they cannot do is never an error: a helper that fails
 * has no answer. Rejects only with the signal's reason.
 */
export interface Credentials {
  /** Null when no helper knows. `silent`: helpers that would open a window are told not to. */
  fill(
    question: CredentialQuestion,
    options: { silent: boolean; signal: AbortSignal },
  ): Promise<FoundCredential | null>;
  /** The server has taken them. */
  approve(question: CredentialQuestion, credential: FoundCredential): Promise<void>;
  /** The server has not. */
  reject(question: CredentialQuestion, credential: FoundCredential): Promise<void>;
}

/** A file that only grows, and says how much of it is on the disk for good. */
export interface SpoolFile {
  /** Bytes written so far (durable or not). */
  readonly lengthBytes: number;
  /** Bytes known to survive a power cut. */
  readonly durableBytes: number;
  /** Resolves when the operating system has the bytes; one call at a time. */
  append(chunk: Uint8Array): Promise<void>;
  /** fdatasync; afterwards `durableBytes` is at least what `lengthBytes` was at the call. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file whose parts come in any order. Failures as of `Disk`; after a failed `sync` it is given up. */
export interface SpanFile {
  /** Resolves when the operating system has the bytes, which must not change before. Several calls at once are fine. */
  write(fromBytes: number, chunk: Uint8Array): Promise<void>;
  /** Fills `into` from `fromBytes` on; returns how much there was to read. */
  read(fromBytes: number, into: Uint8Array): Promise<number>;
  /** fdatasync: what was written before the call survives a power cut. */
  sync(): Promise<void>;
  /** Cuts the file, or lengthens it with zeros. */
  resize(lengthBytes: number): Promise<void>;
  close(): Promise<void>;
}

export type PathKind = 'nothing' | 'file' | 'empty-directory' | 'directory' | 'other';

/**
 * Files. Errors are EngineErrors: `disk-full` (ENOSPC, EDQUOT), `target-not-writable` (EACCES, EPERM, EROFS),
 * else `disk-failed`, with the path.
 */
export interface Disk {
  kindOf(path: string): Promise<PathKind>;
  makeDirectory(path: string): Promise<void>;
  /** Atomic; replaces an empty directory at `to`, and nothing else. The parent directory is synced. */
  rename(from: string, to: string): Promise<void>;
  /** The whole tree; nothing there is fine. Never follows symbolic links. */
  remove(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  /** Null when there is nothing. */
  read(path: string): Promise<Uint8Array | null>;
  /** Reads a file piece by piece, from `fromBytes`. */
  stream(path: string, fromBytes?: number): AsyncIterable<Uint8Array>;
  /** Written beside, synced, renamed. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  sizeOf(path: string): Promise<number | null>;
  /** Creates the file, or empties it, or (with `keepBytes`) cuts it to that length and goes on after it. */
  openSpool(path: string, keepBytes?: number): Promise<SpoolFile>;
  /** Creates the file where there is none. */
  openSpans(path: string): Promise<SpanFile>;
  /** Null where the platform cannot say. `path` need not exist: its nearest ancestor counts. */
  freeBytes(path: string): Promise<number | null>;
  /** Whether a directory could be created at, or files in, `path` (its nearest existing ancestor is asked). */
  isWritable(path: string): Promise<boolean>;
  join(...parts: string[]): string;
  resolve(path: string): string;
  parentOf(path: string): string;
  nameOf(path: string): string;
}

/** What is kept about artefacts that come in spans (transfer/ranges): piece by piece, with what proves it. */
export interface RangeStore {
  /** Null when nothing was kept. */
  loadRange(artefactId: string): StoredRange | null;
  /** With its sources. */
  saveRange(range: StoredRange): void;
  loadPieces(artefactId: string): StoredPiece[];
  /** Call only after the piece's bytes are durable. */
  savePiece(piece: StoredPiece): void;
  deletePiece(id: string): void;
  /** What is saved in `work` is one transaction. */
  together(work: () => void): void;
}

/** Everything the engine believes about its jobs, kept. A promise (state, piece) is durable when the call returns. */
export interface JobStore extends RangeStore {
  loadJobs(): StoredJob[];
  saveJob(job: StoredJob): void;
  /** Changed positions in one go. */
  savePositions(positions: readonly { id: string; position: number }[]): void;
  deleteJob(id: string): void;
  loadArtefacts(jobId: string): StoredArtefact[];
  saveArtefact(artefact: StoredArtefact): void;
  deletePieces(artefactId: string): void;
  loadAttempts(jobId: string): StoredAttempt[];
  saveAttempt(attempt: StoredAttempt): void;
  loadActivity(jobId: string, linesMax: number): StoredActivity[];
  addActivity(line: StoredActivity): void;
  /** One transaction, too, which a power cut, and only that, may take back: for what the disk shows by itself. */
  loosely(work: () => void): void;
  loadSetting(key: string): string | null;
  saveSetting(key: string, value: string): void;
}

/** All of it, as handed to the engine. */
export interface Ports {
  clock: Clock;
  chance: Chance;
  disk: Disk;
  git: Git;
  credentials: Credentials;
  store: JobStore;
  packs: PackTools;
  openHistoryWalk: OpenHistoryWalk;
  openHttp(): HttpClient;
  /**
   * Starts ssh, or connects a socket and says what is wanted (gitprotocol-pack(5), "Git Transport"). Whether ssh got
   * through is known only by what it says. Throws EngineErrors of the network codes for a socket, `git-failed` when
   * there is no ssh program; the signal's reason when aborted before it resolved.
   */
  openDuplex(target: DuplexTarget, signal: AbortSignal): Promise<Duplex>;
  log(event: string, facts?: Record<string, unknown>): void;
}
