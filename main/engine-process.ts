/**
 * Entry of the engine's process: a child of the command line or of Electron (as a utility process), or started by hand.
 * PACKMULE_HOME names its home. Windows never wait for it, and it survives them.
 */

import module from 'node:module';
import { engineParent } from './engine-parent.ts';
import { nodeRefusal } from './node-version.ts';

// Not awaited at the top level: Electron's message port opens only after this module has been evaluated.
void start();

async function start(): Promise<void> {
  const parent = engineParent();
  const refusal = nodeRefusal(process.versions);
  if (refusal !== null) return refuse(refusal);
  module.enableCompileCache?.();
  try {
    const { runEngineService } = await import('./engine-service.io.ts');
    await runEngineService(parent);
  } catch (error) {
    // A part of the program is missing or broken; nobody sees our standard error.
    return refuse(error instanceof Error ? error.message : String(error));
  }

  async function refuse(reason: string): Promise<void> {
    await parent.say({ type: 'refused', reason });
    process.exit(1);
  }
}
