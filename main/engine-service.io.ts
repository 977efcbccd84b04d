/**
 * The life of the engine's process: takes the home, opens the store, builds the engine, serves it on the local socket,
 * and ends when nobody needs it any more.
 */

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import pkg from '../package.json' with { type: 'json' };
import { askpassEnvironment } from './askpass-program.io.ts';
import { contractFailureOf, createHostTable, listenLocal, localAddress } from './api/index.ts';
import type { LocalListener } from './api/index.ts';
import { failureWords } from './contract/index.ts';
import { createEngine, EngineError } from './engine/index.ts';
import type { Ports } from './engine/index.ts';
import type { EngineParent } from './engine-parent.ts';
import { packmuleHome } from './paths.ts';
import {
  acquireLock,
  createCredentials,
  createDisk,
  createDuplexOpener,
  createGit,
  createHistoryWalks,
  createHttpClient,
  createLog,
  createPackTools,
  systemChance,
  systemClock,
} from './platform/index.ts';
import type { Lock, Log } from './platform/index.ts';
import { openStore } from './store/index.ts';

// The sources run as they are; what is built stands flat beside the built entries.
const walkThreadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './walk-thread.ts' : './walk-thread.js',
  import.meta.url,
);

/** A clean end takes this long at most; what is not closed by then was durable before. */
const stopMsMax = 2_000;
/** A client that hangs up and its message that it leaves come on different ways. */
const hangUpMsMax = 100;

/** Runs until the process ends. Never rejects. */
export async function runEngineService(parent: EngineParent): Promise<void> {
  const home = packmuleHome({
    platform: process.platform,
    env: process.env,
    homeDirectory: homedir(),
    workingDirectory: process.cwd(),
  });
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const lock = await acquireLock(join(home, 'engine.lock'));
    if ('holder' in lock) {
      await parent.say({ type: 'owned', address: localAddress(home) });
      process.exit(0);
    }
    await serve(home, parent, lock);
  } catch (error) {
    await parent.say({ type: 'refused', reason: reasonOf(error) });
    process.exit(1);
  }
}

/** Whatever stands in the way, as sentences. */
function reasonOf(error: unknown): string {
  if (error instanceof EngineError) {
    const { what, todo } = failureWords(contractFailureOf(error).failure);
    return `${what} ${todo}`.trim();
  }
  return error instanceof Error ? error.message : String(error);
}

async function serve(home: string, parent: EngineParent, lock: Lock): Promise<void> {
  const log = createLog({ directory: join(home, 'logs'), level: 'info' });
  dieLoudly(log);
  const { store, notices } = openStore(join(home, 'packmule.db'));
  for (const notice of notices) log.warn('store.notice', { notice });
  const git = createGit();
  const ports: Ports = {
    clock: systemClock,
    chance: systemChance,
    disk: createDisk(),
    git,
    credentials: createCredentials(git, (operation) => log.warn('credential.helper', { operation })),
    store,
    packs: createPackTools(),
    openHistoryWalk: createHistoryWalks(walkThreadUrl),
    openHttp: () => createHttpClient(),
    openDuplex: createDuplexOpener(git),
    log: (event, facts) => log.info(event, facts),
  };
  const askpassEnv = askpassEnvironment(home, process);
  const engine = createEngine(ports, {
    defaultDirectory: homedir(),
    ...(askpassEnv === null ? {} : { askpassEnv }),
  });

  let ending: Promise<void> | null = null;
  const end = (why: string): Promise<void> => {
    ending ??= stop(why);
    return ending;
  };
  const stop = async (why: string): Promise<void> => {
    log.info('engine.stop', { why });
    setTimeout(() => process.exit(1), stopMsMax).unref();
    await listener.close();
    await engine.stop();
    store.close();
    await lock.release();
    process.exit(0);
  };

  const facts = { version: pkg.version, node: process.versions.node, home, pid: process.pid };
  const table = createHostTable(engine, {
    facts,
    clock: systemClock,
    quit: () => void end('asked by a client'),
  });
  await engine.start();
  const address = localAddress(home);
  const listener = await listenLocal(address, table);
  endWhenUnused(parent, listener, end);
  heedSignals(parent, end);
  log.info('engine.ready', { ...facts, address });
  await parent.say({ type: 'ready', address, pid: process.pid });
}

/** The state is in the database: after a fault nobody expected, a new process is better than this one. */
function dieLoudly(log: Log): void {
  const die = (kind: string) => (error: unknown) => {
    try {
      log.error('engine.crash', {
        kind,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    } finally {
      process.exit(1);
    }
  };
  process.on('uncaughtException', die('exception'));
  process.on('unhandledRejection', die('rejection'));
}

/** With its parent gone, or leaving, the engine lives as long as somebody is connected. */
function endWhenUnused(
  parent: EngineParent,
  listener: LocalListener,
  end: (why: string) => Promise<void>,
): void {
  let wanted = parent.isThere;
  const check = (): void => {
    if (!wanted && listener.clients() === 0) void end('nobody needs it');
  };
  listener.onClientsChanged(check);
  parent.onGone(() => {
    wanted = false;
    check();
  });
  parent.onMessage((message) => {
    if (message.type === 'quit') return void end('asked by its parent');
    void clientsGone(listener).then(async (gone) => {
      wanted = false;
      await parent.say({ type: 'leaving', ends: gone });
      check();
    });
  });
  check();
}

/** Whether nobody is connected, now or within a moment. */
async function clientsGone(listener: LocalListener): Promise<boolean> {
  const giveUpAt = performance.now() + hangUpMsMax;
  while (listener.clients() > 0 && performance.now() < giveUpAt) await systemClock.sleep(2);
  return listener.clients() === 0;
}

/** A terminal sends Ctrl-C to everything below it; what it means is for the parent to say while there is one. */
function heedSignals(parent: EngineParent, end: (why: string) => Promise<void>): void {
  process.on('SIGTERM', () => void end('SIGTERM'));
  for (const name of ['SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!(parent.isProgram && parent.isThere)) void end(name);
    });
  }
}
