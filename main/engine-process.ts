/**
 * Entry of the engine's process: a child of the command line or of Electron (as a utility process), or started by hand.
 * PACKMULE_HOME names its home. Windows never wait for it, and it survives them.
 */

import module from 'node:module';
import { nodeRefusal } from './node-version.ts';

const refusal = nodeRefusal(process.versions);
if (refusal === null) {
  module.enableCompileCache?.();
  // Not awaited: nothing here depends on the module's evaluation having ended, and Electron's message port opens after it.
  void import('./engine-service.ts').then(({ runEngineService }) => runEngineService());
} else {
  process.send?.({ type: 'refused', reason: refusal });
  console.error(refusal);
  process.exitCode = 1;
}
