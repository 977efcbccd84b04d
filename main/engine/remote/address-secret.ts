/** Takes secrets out of an address that a person pasted. Pure. */

import type { RemoteUrl } from '../../git/index.ts';
import type { HttpCredential } from './sign-in.io.ts';

export type HttpAddress = Extract<RemoteUrl, { transport: 'http' | 'https' }>;

/** Beginnings that the large hosts give their tokens, and what is too long and too mixed for a name. */
const tokenLike = [
  /^(gh[opsur]_|github_pat_|gl[a-z]{2,5}-|ATATT|ATCTT|hf_|npm_)/,
  /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{30,}$/,
];

export interface SeparatedAddress {
  /** Without any secret: may be stored and shown. */
  url: string;
  /** Stays in the address, as with git: the person's name where it came alone. */
  username: string | null;
  secret: HttpCredential | null;
}

/**
 * A password goes, and the name with it: together they are one credential, which the server may know or not. A name alone
 * stays, unless it looks like a token: those are pasted in its place (`https://<token>@host/…`).
 */
export function separateSecret(address: HttpAddress): SeparatedAddress {
  const { origin, href, path, transport, username, password } = address;
  if (password !== null)
    return { url: href, username: null, secret: { origin, username: username ?? '', password } };
  if (username === null || username === '') return { url: href, username: null, secret: null };
  if (tokenLike.some((pattern) => pattern.test(username)))
    return { url: href, username: null, secret: { origin, username, password: '' } };
  const authority = origin.slice(`${transport}://`.length);
  return {
    url: `${transport}://${encodeURIComponent(username)}@${authority}${path}`,
    username,
    secret: null,
  };
}
