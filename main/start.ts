/**
 * `npm start`: the application in its window; where Electron cannot be had or nothing can show a window, the same
 * interface in the browser, and one sentence that says why.
 *
 * Never imports `electron`: since version 42 its package fetches the program when it is imported, and throws where that
 * fails.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeRefusal } from './node-version.ts';
import { electronNames, fallbackSentence, lastReason, wantsBrowser } from './start-choice.ts';

/** An Electron that cannot run at all (a missing system library, no usable display) ends within this. */
const earlyEndMsMax = 3_000;
const root = fileURLToPath(new URL('..', import.meta.url));

const refusal = nodeRefusal(process.versions);
if (refusal === null) process.exitCode = await start();
else {
  console.error(refusal);
  process.exitCode = 1;
}

async function start(): Promise<number> {
  const browserWhy = wantsBrowser(process.argv.slice(2), process.platform, process.env);
  if (browserWhy !== null) return serveInstead(browserWhy);
  const electron = await findElectron();
  if ('problem' in electron) return serveInstead(electron.problem);
  const end = await runElectron(electron.path);
  return end.early ? serveInstead(end.why) : end.code;
}

async function serveInstead(why: string): Promise<number> {
  console.error(fallbackSentence(why));
  const { main } = await import('./cli/index.ts');
  return main(['serve']);
}

/** The program of the installed package, fetched by the package's own script when it is not there yet. */
async function findElectron(): Promise<{ path: string } | { problem: string }> {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override !== undefined && override !== '') {
    const path = electronNames(process.platform)
      .map((name) => join(override, name))
      .find(existsSync);
    return path === undefined ? { problem: `there is no Electron in ${override}` } : { path };
  }
  let directory: string;
  try {
    directory = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return { problem: 'the package "electron" is not installed' };
  }
  const there = await installedProgram(directory);
  if (there !== null) return { path: there };
  console.error('Fetching the Electron runtime, once …');
  const fetched = await runQuietly(process.execPath, [join(directory, 'install.js')]);
  const path = await installedProgram(directory);
  if (path !== null) return { path };
  return { problem: `the Electron runtime could not be fetched (${lastReason(fetched.said, fetched.code)})` };
}

/** `path.txt` of the package names the program below `dist/`; it is written when the fetching is complete. */
async function installedProgram(directory: string): Promise<string | null> {
  try {
    const path = join(directory, 'dist', (await readFile(join(directory, 'path.txt'), 'utf8')).trim());
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function runQuietly(program: string, words: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('error', (error) => resolve({ code: null, said: error.message }));
    child.once('close', (code) => resolve({ code, said }));
  });
}

type ElectronEnd = { early: true; why: string } | { early: false; code: number };

function runElectron(program: string): Promise<ElectronEnd> {
  return new Promise((resolve) => {
    const startedAtMs = performance.now();
    const child = spawn(program, [root, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_096);
      process.stderr.write(text);
    });
    // The window decides what these mean; we end when it does.
    // A terminal sends Ctrl-C to the window as well.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => void child.kill('SIGTERM'));
    child.once('error', (error) =>
      resolve({ early: true, why: `Electron could not be started (${error.message})` }),
    );
    child.once('close', (code, signal) => {
      const early = performance.now() - startedAtMs < earlyEndMsMax;
      const ours = signal === 'SIGINT' || signal === 'SIGTERM';
      if (early && !ours && code !== 0) {
        resolve({ early, why: `Electron ended at once (${lastReason(said, code)})` });
      } else resolve({ early: false, code: code ?? (ours ? 0 : 1) });
    });
  });
}
