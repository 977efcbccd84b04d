/** Entry in Electron: what must happen before the application is ready, then the shell, then the window. */

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, protocol } from 'electron';
import { ensureEngine } from './launch-engine.ts';
import { packmuleHome } from './paths.ts';
import { linkScheme, offeredUrlOfArguments, parseDeepLink } from './shell/deep-link.ts';
import { spawnEngine } from './shell/engine-spawn.ts';
import { pageScheme } from './shell/navigation.ts';
import { runShell, type Shell } from './shell/run-shell.ts';

// Only possible before the application is ready. `standard` gives the page an origin, `secure` what secure pages may do,
// and module scripts are fetched. What the page itself may fetch is nothing: the content policy says so.
protocol.registerSchemesAsPrivileged([
  {
    scheme: pageScheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
]);

// Never awaited at the top level: Electron gets ready only after this module has been evaluated, so it would wait for itself.
void start();

async function start(): Promise<void> {
  app.enableSandbox();
  app.setAppUserModelId('org.packmule.app');
  const home = packmuleHome({
    platform: process.platform,
    env: process.env,
    homeDirectory: homedir(),
    workingDirectory: process.cwd(),
  });
  // Chromium's own files, beside ours. Also what makes "one instance" mean one instance per home.
  const stateFolder = join(home, 'window');
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  app.setPath('userData', stateFolder);

  if (!app.requestSingleInstanceLock()) {
    // The other one has been told our arguments by the line above.
    app.quit();
    return;
  }
  // A run from sources must not take the links of an installed Packmule.
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme);

  let shell: Shell | null = null;
  let offeredUrl = offeredUrlOfArguments(process.argv);
  const offer = (url: string | null): void => {
    if (shell === null) offeredUrl = url ?? offeredUrl;
    else shell.open(url === null ? undefined : { kind: 'fill', url });
  };
  app.on('second-instance', (_event, argv) => offer(offeredUrlOfArguments(argv)));
  // macOS sends links as an event, and before `ready` when the link started the application.
  app.on('open-url', (event, link) => {
    event.preventDefault();
    offer(parseDeepLink(link));
  });

  await app.whenReady();
  try {
    shell = await runShell({ stateFolder, ensureEngine: () => ensureEngine({ home, spawn: spawnEngine }) });
  } catch (error) {
    console.error('packmule: the application could not be started:', error);
    app.exit(1);
    return;
  }
  offer(offeredUrl);
}
