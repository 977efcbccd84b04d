/** What the engine's process and whoever started it say to each other, beside the contract. */

export type FromEngine =
  /** The home is ours and the address answers. */
  | { type: 'ready'; address: string; pid: number }
  /** Another engine has the home; this process ends with 0. */
  | { type: 'owned'; address: string }
  /** It cannot start here, and why in a sentence; this process ends with 1. */
  | { type: 'refused'; reason: string }
  /** The answer to `leave`: whether the process ends now. */
  | { type: 'leaving'; ends: boolean };

export type ToEngine =
  /** The parent needs it no longer: it ends unless a client is connected. */
  | { type: 'leave' }
  /** End now, cleanly. */
  | { type: 'quit' };

export function isFromEngine(message: unknown): message is FromEngine {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  return ['ready', 'owned', 'refused', 'leaving'].includes(String(message.type));
}
