#!/usr/bin/env node
/** Entry `packmule`: the command line. */

import module from 'node:module';
import { nodeRefusal } from './node-version.ts';

const refusal = nodeRefusal(process.versions);
if (refusal === null) {
  module.enableCompileCache?.();
  const { main } = await import('./cli/index.ts');
  const code = await main(process.argv.slice(2));
  // A pipe may still hold what was written; a handle that somebody left open must not hold the process.
  await Promise.all(
    [process.stdout, process.stderr].map((out) => new Promise((done) => out.write('', done))),
  );
  process.exit(code);
} else {
  console.error(refusal);
  process.exitCode = 1;
}
