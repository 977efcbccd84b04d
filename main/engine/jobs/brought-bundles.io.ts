/** What bundles have brought a clone so far, kept in its workspace: later tries and the last stages go by it. */

import type { Disk } from '../ports.ts';
import type { Workspace } from '../repo/index.ts';

export interface BroughtBundles {
  /** Nothing more will be asked for. */
  ended: boolean;
  /** Tries that ended because of the network; then the next try goes on. */
  tries: number;
  /** In the order in which they were unbundled. */
  unbundled: BroughtBundle[];
  /** Not to be tried again; `why` ends a sentence that begins with the bundle. */
  damaged: { url: string; why: string }[];
  /** What the configuration is to say, when the list is worth remembering; the token in decimal digits. */
  remember: { uri: string; token: string | null } | null;
}

export interface BroughtBundle {
  url: string;
  refs: { name: string; oid: string }[];
}

const pathOf = (disk: Disk, { root }: Workspace): string => disk.join(root, 'bundles.json');

export async function readBrought(disk: Disk, workspace: Workspace): Promise<BroughtBundles> {
  const nothing: BroughtBundles = { ended: false, tries: 0, unbundled: [], damaged: [], remember: null };
  const bytes = await disk.read(pathOf(disk, workspace));
  if (bytes === null) return nothing;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as BroughtBundles;
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
}

export async function writeBrought(disk: Disk, workspace: Workspace, brought: BroughtBundles): Promise<void> {
  await disk.write(pathOf(disk, workspace), JSON.stringify(brought));
}

/** The repository begins anew. */
export async function forgetBrought(disk: Disk, workspace: Workspace): Promise<void> {
  await disk.remove(pathOf(disk, workspace));
}
