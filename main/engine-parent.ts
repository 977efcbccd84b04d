/** Whoever started the engine's process, whichever way: Node's IPC channel, Electron's message port, or a person. */

import type { FromEngine, ToEngine } from './engine-messages.ts';

export interface EngineParent {
  /** False only when it has gone; a person at a terminal counts as being there. */
  readonly isThere: boolean;
  /** Whether somebody else decides about Ctrl-C. */
  readonly isProgram: boolean;
  /** Resolves when the words are on their way, or cannot be brought. */
  say(message: FromEngine): Promise<void>;
  onMessage(listener: (message: ToEngine) => void): void;
  onGone(listener: () => void): void;
}

/** The part of Electron's `process.parentPort` (Electron documentation, "parentPort") that is used here. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

export function engineParent(): EngineParent {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort !== undefined) return electronParent(parentPort);
  return process.channel === undefined ? nobody : nodeParent();
}

/** Electron ends its utility processes itself when it goes; there is no event for it. */
function electronParent(port: ParentPort): EngineParent {
  return {
    isThere: true,
    isProgram: true,
    say: (message) => Promise.resolve(port.postMessage(message)),
    onMessage: (listener) => port.on('message', ({ data }) => isToEngine(data) && listener(data)),
    onGone() {},
  };
}

function nodeParent(): EngineParent {
  return {
    get isThere() {
      return process.connected;
    },
    isProgram: true,
    say: (message) =>
      new Promise((resolve) => {
        if (process.connected && process.send !== undefined) {
          process.send(message, undefined, undefined, () => resolve());
        } else resolve();
      }),
    onMessage: (listener) =>
      void process.on('message', (message) => {
        if (isToEngine(message)) listener(message);
      }),
    onGone: (listener) => void process.on('disconnect', listener),
  };
}

const nobody: EngineParent = {
  isThere: true,
  isProgram: false,
  say(message) {
    if (message.type === 'ready')
      console.log(`Packmule's engine (process ${message.pid}) answers at ${message.address}`);
    if (message.type === 'owned') console.log(`Another engine answers at ${message.address}`);
    if (message.type === 'refused') console.error(message.reason);
    return Promise.resolve();
  },
  onMessage() {},
  onGone() {},
};

function isToEngine(message: unknown): message is ToEngine {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  return message.type === 'leave' || message.type === 'quit';
}
