/** A script in a process of its own, built and begun as the engine's is. */

import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { engineArguments } from '../../main/engine-messages.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the path of what was built; within the tree, where packages are found. */
export async function builtScript(script: string): Promise<string> {
  const directory = join(root, 'out', 'bench');
  await build({
    ...{ root, configFile: false, logLevel: 'warn' },
    build: {
      ssr: script,
      outDir: directory,
      emptyOutDir: false,
      target: 'node22',
      rollupOptions: { external: ['vitest'] },
    },
    ssr: { noExternal: ['undici'] },
  });
  return join(directory, `${basename(script, '.ts')}.js`);
}

/** What it printed. @throws Error with what it said, when it fails */
export async function runNode(script: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...engineArguments, script, ...words], {
    maxBuffer: 1 << 24,
  });
  return stdout;
}
