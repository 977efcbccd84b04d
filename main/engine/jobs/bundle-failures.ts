/** What may go wrong with a bundle without ending the clone, and in which words it is said. Pure. */

import { RemoteProtocolError, safeText } from '../../git/index.ts';
import { EngineError } from '../errors.ts';

/** What a bundle that cannot be used may be to blame for; everything else is this computer's, and ends the work. */
export function isTheirs(error: unknown): error is EngineError | RemoteProtocolError {
  if (error instanceof RemoteProtocolError) return true;
  if (!(error instanceof EngineError)) return false;
  const { fault } = error.kind;
  return fault === 'network' || fault === 'server' || fault === 'person' || error.code === 'disk-full';
}

/** Ends a sentence that begins with the bundle. */
export function whyOf(error: EngineError | RemoteProtocolError): string {
  if (error instanceof RemoteProtocolError) return `cannot be read: ${safeText(error.message, 200)}`;
  const { code, facts } = error;
  const words = facts.detail === undefined ? code : `${code}, ${facts.detail}`;
  return `could not be fetched (${safeText(words, 200)})`;
}
