/**
 * Runs the built entry of the desktop application in plain Node, with the double in place of `electron` and the real
 * engine in a real process. Arguments: the folder of the application (with `out/` and `resources/`). Prints one line of
 * JSON with what was seen.
 *
 * `whenReady` is resolved only after the entry has been evaluated, as in Electron: an entry that waits for it at its top
 * level would hang for ever, and here it ends with a message.
 */

import { fork } from 'node:child_process';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, control, FakeChild, ipcMain } from './electron-double.ts';

const double = new URL('./electron-double.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context),
});

class RealChild extends FakeChild {
  constructor(entry: string, env: NodeJS.ProcessEnv) {
    super();
    const child = fork(entry, [], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.pid = child.pid;
    this.postMessage = (message) => void child.send(message as object);
    this.kill = () => child.kill('SIGKILL');
    child.on('message', (message) => this.emit('message', message));
    child.once('exit', (code) => this.emit('exit', code ?? -1));
  }
}

const root = process.argv[2] ?? process.cwd();
control.appPath = root;
control.fork = (entry, env) => new RealChild(entry, env);

function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) =>
      setTimeout(() => reject(new Error(`${what} took over ${ms} ms`)), ms).unref(),
    ),
  ]);
}

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = performance.now() + 20_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

try {
  // A pending promise alone keeps no process alive; the timer does, until it has its answer.
  const alive = setInterval(() => undefined, 1000);
  await within(
    10_000,
    'evaluating the entry (does it wait for whenReady at its top level?)',
    import(pathToFileURL(join(root, 'out/main/electron.js')).href),
  );
  const windowsBeforeReady = control.windows.length;
  control.ready();
  const window = await until('a window', () => control.windows[0]);
  const page = window.webContents;
  const say = (envelope: object) =>
    ipcMain.emit('packmule:envelope', { sender: page, senderFrame: page.mainFrame }, envelope);
  const heard = () =>
    page.sent.flatMap(([channel, envelope]) =>
      channel === 'packmule:envelope' ? [envelope as { type: string; id?: number; value?: unknown }] : [],
    );

  say({ type: 'hello', version: 1 });
  await until('welcome', () => heard().find((envelope) => envelope.type === 'welcome'));
  say({ type: 'request', id: 1, name: 'engine.about', input: {} });
  const about = await until('an answer', () => heard().find((envelope) => envelope.id === 1));
  const html = await control.handlers.get('app')?.(new Request('app://packmule/index.html'));
  const tray = control.trays[0];
  await until('the first board', () => (control.called('app.setBadgeCount').length > 0 ? true : undefined));

  const quitAt = performance.now();
  const quit = new Promise<void>((resolve) => app.once('quit', () => resolve()));
  app.quit();
  await within(5_000, 'quitting', quit);
  clearInterval(alive);
  console.log(
    JSON.stringify({
      windowsBeforeReady,
      about,
      html: { status: html?.status, text: await html?.text() },
      trayImage: (tray?.image as { path: string }).path,
      toolTip: tray?.toolTip,
      quitMs: performance.now() - quitAt,
      children: control.children.length,
      schemes: control.schemes.map((scheme) => scheme.scheme),
    }),
  );
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
