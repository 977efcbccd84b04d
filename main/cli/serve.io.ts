/** `packmule serve`: the interface in a web browser, until Ctrl-C. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineUnavailable, ensureEngine } from '../launch-engine.ts';
import type { EngineLink } from '../launch-engine.ts';
import { print, say } from './context.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** The built pages: beside the sources' folder, or beside the built command line. */
function pagesDirectory(): string {
  const built = import.meta.url.endsWith('.ts') ? '../../out/renderer/' : '../renderer/';
  return fileURLToPath(new URL(built, import.meta.url));
}

/** Resolves with 0 when it was asked to end. */
export async function serve(
  command: { port: number | null; open: boolean },
  context: Context,
): Promise<number> {
  const staticDirectory = pagesDirectory();
  if (!existsSync(`${staticDirectory}index.html`)) {
    say(context, ['packmule: The interface is not built yet. Run "npm run build" first.']);
    return exitCodes.failed;
  }
  const { serveInterface } = await import('../api/websocket-carrier.io.ts');
  const engine = keepEngine(context.home);
  // Before the address is told: what stands in the way is said here and not in an empty page.
  await (await engine.link()).connect().then((port) => port.close());
  const server = await serveInterface({
    staticDirectory,
    connect: engine.connect,
    ...(command.port === null ? {} : { port: command.port }),
  }).catch((error: unknown) => {
    const why =
      error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
        ? 'it is in use'
        : String(error);
    throw new EngineUnavailable(`Port ${command.port ?? 0} cannot be had: ${why}.`);
  });
  print(context, [`Interface: ${server.url}`]);
  say(context, [
    'Open the address in a browser on this computer. Stop with Ctrl-C; the queue goes on at the next start.',
  ]);
  if (command.open) openBrowser(server.url, context);
  await endAsked();
  await server.close();
  await (await engine.link()).leave();
  return exitCodes.done;
}

/** Finds or starts the engine, again whenever it has gone: a page that connects anew gets a new one. */
function keepEngine(home: string): { link(): Promise<EngineLink>; connect: EngineLink['connect'] } {
  let current: Promise<EngineLink> | null = null;
  const link = (): Promise<EngineLink> => {
    current ??= ensureEngine({ home }).then(
      (found) => {
        found.onExit(() => (current = null));
        return found;
      },
      (error: unknown) => {
        current = null;
        throw error;
      },
    );
    return current;
  };
  return {
    link,
    async connect() {
      try {
        return await (await link()).connect();
      } catch {
        // Somebody else's engine says nothing when it goes.
        current = null;
        return (await link()).connect();
      }
    },
  };
}

function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
}

/** Only where there is a desktop to open it on; failing is no fault, the address is printed. */
function openBrowser(url: string, context: Context): void {
  const { env } = context;
  const openers: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
    darwin: ['open', [url]],
    // explorer.exe takes the address as it is; "start" would read "&" and "#" as its own.
    win32: ['explorer.exe', [url]],
    linux: ['xdg-open', [url]],
  };
  const opener = openers[process.platform];
  const desktop = process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  if (opener === undefined || !desktop) return;
  const child = spawn(opener[0], opener[1], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
