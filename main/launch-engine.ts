/**
 * Finds the engine of a home, or starts one. Two that start at the same moment end with one engine: whoever finds the
 * home owned talks to its owner.
 */

import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
// Not through the door: it brings schemas, the engine and WebSockets along, a fifth of a second for every short command.
import { localAddress } from './api/local-address.ts';
import { connectLocal } from './api/local-socket-carrier.io.ts';
import type { ClientPort } from './contract/index.ts';
import { engineArguments, isFromEngine } from './engine-messages.ts';
import type { EngineChild, FromEngine, SpawnEngine, ToEngine } from './engine-messages.ts';
import { forkEngine } from './fork-engine.io.ts';

export type { EngineChild, SpawnEngine } from './engine-messages.ts';

export interface EngineLink {
  /** A new connection to the engine. Rejects when it is gone. */
  connect(): Promise<ClientPort>;
  /** Whether this process started it. */
  readonly owner: boolean;
  /** Of the engine, when we started it. */
  readonly pid: number | null;
  /**
   * We need it no longer. An engine that we started ends unless a client is connected; resolves when it has ended or
   * said that it stays. Close your own connections first.
   */
  leave(): Promise<void>;
  /** Ends an engine that we started, cleanly; resolves when it is gone. Somebody else's is left alone. */
  stop(): Promise<void>;
  /** Called once when an engine that we started ends, for whatever reason. */
  onExit(listener: () => void): void;
}

/** No engine could be had; the message is a sentence. */
export class EngineUnavailable extends Error {
  override name = 'EngineUnavailable';
}

/**
 * For the C library where it is glibc (mallopt(3), M_ARENA_MAX and M_MMAP_THRESHOLD). Buffers are made in one thread and
 * freed in another; with an arena for each thread every one of them keeps what the others could use. What a socket or a
 * pipe brings comes in buffers of 64 KiB, which go back to the system one by one instead of leaving holes: together a
 * hundred megabytes less at no cost. The threshold lies above the window of zlib, which comes and goes with every object
 * that is inflated. Our children do not inherit it.
 */
const engineMemory = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '49152' };

/** Long enough for an engine that is just ending to let go of the home (it has one second), and for a slow disk. */
const launchMsMax = 15_000;
const retryMs = 50;
/** A clean end takes at most one second; see engine-process.ts. */
const endMsMax = 3_000;

export async function ensureEngine(options: { home: string; spawn?: SpawnEngine }): Promise<EngineLink> {
  const { home, spawn = forkEngine } = options;
  const address = localAddress(home);
  const giveUpAt = performance.now() + launchMsMax;
  for (;;) {
    if (await answers(address)) return otherEngine(address);
    const child = spawn(
      engineEntry(),
      { ...process.env, ...engineMemory, PACKMULE_HOME: home },
      engineArguments,
    );
    const first = await firstWord(child);
    if (first.type === 'ready') return ownEngine(child, first);
    if (first.type === 'refused') throw new EngineUnavailable(first.reason);
    if (performance.now() > giveUpAt) {
      throw new EngineUnavailable(`Another Packmule holds ${home} but does not answer.`);
    }
    // Its owner may be just about to listen, or just about to end.
    await sleep(retryMs);
  }
}

/** The engine's module: the source beside this source, or the built file beside this built file. */
function engineEntry(): string {
  const name = import.meta.url.endsWith('.ts') ? './engine-process.ts' : './engine-process.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

async function answers(address: string): Promise<boolean> {
  try {
    const port = await connectLocal(address);
    port.close();
    return true;
  } catch {
    return false;
  }
}

function otherEngine(address: string): EngineLink {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    connect: () => connectLocal(address),
    owner: false,
    pid: null,
    leave: nothing,
    stop: nothing,
    onExit() {},
  };
}

function ownEngine(child: EngineChild, ready: { address: string; pid: number }): EngineLink {
  const gone = Promise.withResolvers<void>();
  let over = false;
  child.onExit(() => {
    over = true;
    gone.resolve();
  });
  const tell = (message: ToEngine): void => {
    // Between its end and our hearing of it the channel may be closed already.
    if (!over) child.send(message);
  };
  const ended = async (): Promise<void> => {
    const late = new AbortController();
    const killed = sleep(endMsMax, undefined, { signal: late.signal, ref: false }).then(
      () => child.kill(),
      () => undefined,
    );
    await Promise.race([gone.promise, killed]);
    late.abort();
  };
  return {
    connect: () => connectLocal(ready.address),
    owner: true,
    pid: ready.pid,
    async leave() {
      if (over) return;
      const answer = Promise.withResolvers<boolean>();
      child.onMessage((message) => {
        if (isFromEngine(message) && message.type === 'leaving') answer.resolve(message.ends);
      });
      tell({ type: 'leave' });
      const ends = await Promise.race([answer.promise, gone.promise.then(() => false)]);
      if (ends) await ended();
    },
    async stop() {
      tell({ type: 'quit' });
      if (!over) await ended();
    },
    onExit: (listener) => void gone.promise.then(listener),
  };
}

/** What a started engine says first. One that ends without a word is a refusal. */
function firstWord(child: EngineChild): Promise<FromEngine> {
  return new Promise((resolve) => {
    child.onMessage((message) => {
      if (isFromEngine(message)) resolve(message);
    });
    child.onExit((code) => {
      const how = code === null ? 'by a signal' : `with code ${code}`;
      resolve({ type: 'refused', reason: `The engine ended ${how} before it was ready.` });
    });
  });
}
