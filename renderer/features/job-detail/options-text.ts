/** The options of a job as git would be given them. */

import type { CloneOptions, FetchOptions } from '../../../main/contract/index.ts';

/** `--filter=blob:none --branch=main`; empty when everything is at git's default. */
export function optionsText(options: CloneOptions): string {
  const parts: string[] = [];
  if (options.mirror) parts.push('--mirror');
  else if (options.bare) parts.push('--bare');
  if (options.filter) parts.push(`--filter=${options.filter}`);
  if (options.bundleUri) parts.push(`--bundle-uri=${options.bundleUri}`);
  if (options.depth !== undefined) parts.push(`--depth=${options.depth}`);
  if (options.branch) parts.push(`--branch=${options.branch}`);
  if (options.singleBranch) parts.push('--single-branch');
  if (options.noTags) parts.push('--no-tags');
  if (options.noCheckout) parts.push('--no-checkout');
  if (options.origin) parts.push(`--origin=${options.origin}`);
  for (const config of options.config ?? []) parts.push(`-c ${config}`);
  return parts.join(' ');
}

/** `--prune --tags`, without the remote; empty when everything is as the repository has it. */
export function fetchOptionsText({ prune, tags }: FetchOptions): string {
  const parts: string[] = [];
  if (prune !== undefined) parts.push(prune ? '--prune' : '--no-prune');
  if (tags !== undefined) parts.push(tags === 'all' ? '--tags' : '--no-tags');
  return parts.join(' ');
}
