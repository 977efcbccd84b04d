export { checkOut, type CheckoutWish } from './checkout.io.ts';
export { createRepository, readConfigPair, type NewRepository } from './create.io.ts';
export { checkTarget, reveal, sweepTemporaryPacks } from './reveal.io.ts';
export { workspaceFor, type Workspace } from './workspace.ts';
export { writeRefs, type RefsToWrite } from './write-refs.io.ts';
