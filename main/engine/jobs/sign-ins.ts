/**
 * Every name and password the engine knows, in memory and nowhere else: gone with the process. Each job has its own way
 * of signing in; what a person typed and a server took also serves other jobs at the same scheme, host and port.
 */

import type { Credentials } from '../ports.ts';
import { SignIn, type HttpCredential, type RemoteAddress } from '../remote/index.ts';

export class SignIns {
  readonly #credentials: Credentials;
  /** A server took what a person typed: others may have waited for the same. */
  readonly #onTaken: (origin: string) => void;
  readonly #ofJobs = new Map<string, SignIn>();
  readonly #shared = new Map<string, HttpCredential>();

  constructor(credentials: Credentials, onTaken: (origin: string) => void) {
    this.#credentials = credentials;
    this.#onTaken = onTaken;
  }

  /** The same one for as long as the job is in the list. A secret of its address is taken over at the first call. */
  ofJob(id: string, address: RemoteAddress): SignIn {
    const known = this.#ofJobs.get(id);
    if (known !== undefined) return known;
    const signIn = this.#create(address, false);
    this.#ofJobs.set(id, signIn);
    return signIn;
  }

  /** For a look at a remote: helpers are asked without windows and told nothing, and nothing is kept. */
  forProbe(address: RemoteAddress): SignIn {
    return this.#create(address, true);
  }

  forget(id: string): void {
    this.#ofJobs.delete(id);
  }

  #create(address: RemoteAddress, silent: boolean): SignIn {
    const { parsed, secret } = address;
    const isHttp = parsed.transport === 'http' || parsed.transport === 'https';
    const signIn = new SignIn({
      credentials: this.#credentials,
      origin: isHttp ? parsed.origin : '',
      username: isHttp ? parsed.username : null,
      shared: (origin) => this.#shared.get(origin) ?? null,
      onTaken: (credential) => {
        if (silent) return;
        this.#shared.set(credential.origin, credential);
        this.#onTaken(credential.origin);
      },
      silent,
    });
    if (secret !== null) signIn.offer(secret);
    return signIn;
  }
}
