/**
 * Names and passwords for one job, or one look at a remote: which to send, whom to ask for another, whom to tell.
 *
 * Theory of operation. A request goes out with what this server took before, else with nothing. At a 401 the candidates
 * are tried in turn: what a person gave for this job, what the user's credential helpers know, what a person gave for
 * another job at the same scheme, host and port. Each is tried once in a run. What the server takes is told to the
 * helpers (`approve`), what it does not as well (`reject`), as git does (http.c). Only when nothing is left a person is
 * asked: that is the error `authentication-required` with status 401.
 *
 * Nothing here is stored or logged. Everything is bound to an origin; another origin is asked for anew.
 */

import { EngineError } from '../errors.ts';
import type { CredentialQuestion, Credentials, FoundCredential } from '../ports.ts';
import { takesBasic } from './challenge.ts';

export interface HttpCredential {
  /** Scheme, host and port, as `new URL(…).origin` writes them. */
  origin: string;
  username: string;
  password: string;
}

export interface SignInParts {
  credentials: Credentials;
  /** Where the job goes, and whose name stood in its address. */
  origin: string;
  username: string | null;
  /** What a person gave for another job at this origin, and the server took. */
  shared(origin: string): HttpCredential | null;
  /** The server took what a person had given. */
  onTaken(credential: HttpCredential): void;
  /** A look only: helpers must open no window and are told nothing. */
  silent: boolean;
}

/** A server's 401. `url`: of the repository there. */
export interface Challenge {
  url: string;
  wwwAuthenticate: string | undefined;
}

interface Candidate {
  credential: HttpCredential;
  found: FoundCredential;
  question: CredentialQuestion;
  source: 'typed' | 'helper' | 'shared';
}

const same = (a: HttpCredential, b: HttpCredential): boolean =>
  a.origin === b.origin && a.username === b.username && a.password === b.password;

export class SignIn {
  readonly #parts: SignInParts;
  /** What a person gave for this job, by origin: a redirect may bring a second one. */
  readonly #typed = new Map<string, HttpCredential>();
  /** What is sent now, by origin; `taken` once the server said yes to it. */
  readonly #current = new Map<string, { candidate: Candidate; taken: boolean }>();
  #refused: HttpCredential[] = [];
  /** One question at a time, however many requests are refused at once. */
  #asking: Promise<unknown> = Promise.resolve();
  #telling = new Set<Promise<void>>();

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Kept in memory until the server has taken or refused it. */
  offer(credential: HttpCredential): void {
    this.#typed.set(credential.origin, credential);
    this.#refused = this.#refused.filter((each) => !same(each, credential));
    this.#forgetUntaken();
  }

  /** A new run: what was refused before may be right by now, if a helper says it again. */
  begin(): void {
    this.#refused = [];
    this.#forgetUntaken();
  }

  /** What to send to this URL. Null: nothing. */
  for(url: string): HttpCredential | null {
    return this.#current.get(new URL(url).origin)?.candidate.credential ?? null;
  }

  /** The server gave what was asked for with this. */
  taken(credential: HttpCredential): void {
    const current = this.#current.get(credential.origin);
    if (current === undefined || current.taken || current.candidate.credential !== credential) return;
    current.taken = true;
    const { question, found, source } = current.candidate;
    if (source === 'typed') this.#parts.onTaken(credential);
    this.#tell('approve', question, found);
  }

  /**
   * Another to try after a 401. `sent` is what the refused request carried.
   * @throws EngineError `authentication-required` with status 401 when nobody but a person can help, `access-denied` when
   * the server takes no passwords at all; the signal's reason
   */
  next(challenge: Challenge, sent: HttpCredential | null, signal: AbortSignal): Promise<HttpCredential> {
    const asking = this.#asking.then(() => this.#next(challenge, sent, signal));
    this.#asking = asking.catch(() => undefined);
    return asking;
  }

  /** Resolves when the helpers have heard everything. */
  async settled(): Promise<void> {
    await Promise.all(this.#telling);
  }

  async #next(
    challenge: Challenge,
    sent: HttpCredential | null,
    signal: AbortSignal,
  ): Promise<HttpCredential> {
    signal.throwIfAborted();
    const { host } = new URL(challenge.url);
    const facts = { host, url: challenge.url, status: 401 };
    if (!takesBasic(challenge.wwwAuthenticate)) {
      const detail = `It wants a kind of sign-in that Packmule does not know: ${challenge.wwwAuthenticate?.slice(0, 200) ?? ''}`;
      throw new EngineError('access-denied', { ...facts, detail });
    }
    const now = this.for(challenge.url);
    // Another request of ours was refused, too, and has found a better one meanwhile.
    if (now !== null && now !== sent) return now;
    if (now !== null) this.#refuse(now.origin);
    const candidate = await this.#candidate(questionOf(challenge, this.#parts), signal);
    if (candidate === null) throw new EngineError('authentication-required', facts);
    this.#current.set(candidate.credential.origin, { candidate, taken: false });
    return candidate.credential;
  }

  #forgetUntaken(): void {
    for (const [origin, { taken }] of this.#current) if (!taken) this.#current.delete(origin);
  }

  #refuse(origin: string): void {
    const candidate = this.#current.get(origin)?.candidate;
    this.#current.delete(origin);
    if (candidate === undefined) return;
    this.#refused.push(candidate.credential);
    if (candidate.source === 'typed') this.#typed.delete(origin);
    // What opened another repository may be right there all the same: a helper must not forget it.
    if (candidate.source !== 'shared') this.#tell('reject', candidate.question, candidate.found);
  }

  async #candidate(question: CredentialQuestion, signal: AbortSignal): Promise<Candidate | null> {
    const origin = `${question.protocol}://${question.host}`;
    const usable = (credential: HttpCredential | null): credential is HttpCredential =>
      credential?.origin === origin && !this.#refused.some((each) => same(each, credential));
    const typed = this.#typed.get(origin) ?? null;
    if (usable(typed)) return candidateOf('typed', question, typed);
    const { credentials, silent } = this.#parts;
    const found = await credentials.fill(question, { silent, signal });
    const filled = found && { origin, username: found.username, password: found.password };
    if (found !== null && usable(filled)) return { credential: filled, found, question, source: 'helper' };
    const shared = this.#parts.shared(origin);
    const fits = question.username === undefined || question.username === shared?.username;
    return fits && usable(shared) ? candidateOf('shared', question, { ...shared }) : null;
  }

  #tell(operation: 'approve' | 'reject', question: CredentialQuestion, found: FoundCredential): void {
    if (this.#parts.silent) return;
    const telling = this.#parts.credentials[operation](question, found);
    this.#telling.add(telling);
    void telling.finally(() => this.#telling.delete(telling));
  }
}

function candidateOf(
  source: Candidate['source'],
  question: CredentialQuestion,
  credential: HttpCredential,
): Candidate {
  const { username, password } = credential;
  return { credential, found: { username, password }, question, source };
}

/** As git asks: the repository's address at the server that refused, taken apart (credential.c, credential_from_url). */
function questionOf(challenge: Challenge, job: Pick<SignInParts, 'origin' | 'username'>): CredentialQuestion {
  const url = new URL(challenge.url);
  const path = unescaped(url.pathname.replace(/^\/+|\/+$/g, ''));
  // The name in an address is for its own server; wherever that sends us, we are nobody yet.
  const username = url.origin === job.origin ? job.username : null;
  return {
    protocol: url.protocol === 'https:' ? 'https' : 'http',
    host: url.host,
    ...(path === null || path === '' ? {} : { path }),
    ...(username === null ? {} : { username }),
    ...(challenge.wwwAuthenticate === undefined ? {} : { wwwAuthenticate: [challenge.wwwAuthenticate] }),
  };
}

/** Null for what is no UTF-8, or could not stand in a line. */
function unescaped(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    return /[\0\r\n]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
