/** The interface as `packmule serve` offers it: the built pages, the real engine process, a browser's address. */

import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openSession } from '../../main/cli/session.io.ts';
import { packmuleEnvironment } from './packmule.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the pages unless what was built is newer than everything it is made of. */
export async function ensurePagesBuilt(): Promise<void> {
  const built = join(root, 'out/renderer/index.html');
  const builtAtMs = existsSync(built) ? statSync(built).mtimeMs : 0;
  const sources = ['renderer', 'main/contract'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
  if (Math.max(...sources) < builtAtMs) return;
  const program = join(root, 'node_modules/.bin/electron-vite');
  await promisify(execFile)(program, ['build', '--logLevel', 'warn'], { cwd: root });
}

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
  const child = spawn(process.execPath, [join(root, 'main/cli.ts'), 'serve', '--no-open'], {
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
