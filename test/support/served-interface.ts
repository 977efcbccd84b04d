/** The interface as `packmule serve` offers it: the built pages, the real engine process, a browser's address. */

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession } from '../../main/cli/session.io.ts';
import { builtCli } from './built.ts';
import { packmuleEnvironment } from './packmule.ts';

export interface ServedInterface {
  /** To open in a browser; holds the token. */
  url: string;
  /** The engine that answers now. Only while one is there. */
  enginePid(): Promise<number>;
  /** Ends the engine without a word, as a crash would; `serve` is to start another. */
  killEngine(): Promise<void>;
  /** Ctrl-C, and waits for the end; answers with the exit code. */
  stop(): Promise<number | null>;
}

/** Runs `packmule serve` for a home until it has told its address. */
export async function serveWithEngine(home: string): Promise<ServedInterface> {
  const child = spawn(process.execPath, [builtCli, 'serve', '--no-open'], {
    env: packmuleEnvironment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  let said = '';
  const address = Promise.withResolvers<string>();
  const listen = (text: string): void => {
    said += text;
    const found = /^Interface: (\S+)\n/m.exec(said)?.[1];
    if (found !== undefined) address.resolve(found);
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  void ended.then((code) => address.reject(new Error(`serve ended with ${code}: ${said}`)));
  const url = await address.promise;

  const enginePid = async (): Promise<number> => {
    const session = await openSession(home);
    try {
      return (await session.client.ask('engine.about', {})).pid;
    } finally {
      await session.end();
    }
  };
  return {
    url,
    enginePid,
    async killEngine() {
      const pid = await enginePid();
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await sleep(5);
    },
    async stop() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
