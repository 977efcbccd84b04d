/**
 * Errors by whose fault they are (the division of h11's `_util.py`): what a stranger sent that no Git would send, what
 * a stranger says in words, what we ourselves asked for wrongly, and addresses that are not addresses.
 */

/**
 * - `not-git`: the answer is not in Git's language at all (a login page, a banner)
 * - `truncated`: the answer ended in the middle
 * - `limit`: more than limits.ts allows
 * - the rest name the part of the language that was broken
 */
export type RemoteProtocolReason =
  | 'not-git'
  | 'truncated'
  | 'limit'
  | 'pkt-line'
  | 'object-id'
  | 'object-format'
  | 'advertisement'
  | 'ref-list'
  | 'fetch-response'
  | 'sideband'
  | 'pack'
  | 'object'
  | 'bundle'
  | 'config'
  | 'bundle-list'
  | 'dumb-http';

/** Their fault: the remote broke the protocol. The message is safe to show. */
export class RemoteProtocolError extends Error {
  override readonly name = 'RemoteProtocolError';
  readonly reason: RemoteProtocolReason;

  constructor(reason: RemoteProtocolReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The remote refused in words (an `ERR` packet or sideband 3). `text` is safe to show. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly text: string;

  constructor(text: string) {
    super(text === '' ? 'The remote reported an error without words.' : text);
    this.text = text;
  }
}

/** Our fault: we were about to say something the protocol cannot carry. */
export class LocalProtocolError extends Error {
  override readonly name = 'LocalProtocolError';
}

export type RemoteUrlReason =
  | 'empty'
  | 'too-long'
  | 'malformed'
  | 'scheme-unknown'
  | 'leading-dash'
  | 'control-character'
  | 'host-missing'
  | 'host-malformed'
  | 'path-missing'
  | 'port-malformed'
  | 'query-not-allowed'
  | 'credentials-not-allowed'
  | 'name-missing'
  | 'outside-root'
  | 'no-base';

/** The address cannot be used. The message is a sentence for people and never repeats the address (it may hold a secret). */
export class RemoteUrlError extends Error {
  override readonly name = 'RemoteUrlError';
  readonly reason: RemoteUrlReason;

  constructor(reason: RemoteUrlReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
