export { checkOut, type CheckoutWish } from './checkout.io.ts';
export { createRepository, readConfigPair, type NewRepository } from './create.io.ts';
export { checkTarget, reveal, sweepTemporaryPacks } from './reveal.io.ts';
export { claimWorkspace, hasRepository, removeWorkspace } from './claim.io.ts';
export { ownerText, readOwner, workspaceFor, type Workspace, type WorkspaceOwner } from './workspace.ts';
export { ExistingRepository, findRepository, type LocalRef, type RepositoryPlace } from './existing.io.ts';
export { createQuarantine, moveIn, quarantineEnvironment, quarantineFor } from './quarantine.io.ts';
export { updateRefs } from './update-refs.io.ts';
export { writeRefs, type RefsToWrite } from './write-refs.io.ts';
