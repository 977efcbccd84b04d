/** What the engine's process and whoever started it say to each other, beside the contract, and over what. */

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

/** A started engine as its parent sees it. */
export interface EngineChild {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once. `code` is null when a signal ended it. */
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** Starts `entry` (an absolute path of a module) with this environment, these words for V8, and a channel for messages. */
export type SpawnEngine = (
  entry: string,
  env: Record<string, string | undefined>,
  execArgv: string[],
) => EngineChild;

/**
 * For V8 in the engine's process. A pack is a stream of short-lived buffers, whose memory lies outside of V8's heap and
 * goes only when the small objects that stand for it do. With a large young generation these wait, grow old, and V8 looks
 * through the whole heap again and again; with room for 2 MB they are swept away in time, and the heap is looked through
 * only when there is something in it. A third of the processor time and tens of megabytes less than with room for 8 MB
 * (v8 --max-semi-space-size, --initial-old-space-size).
 */
export const engineArguments = ['--max-semi-space-size=2', '--initial-old-space-size=32'];
