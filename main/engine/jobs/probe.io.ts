/** A look at a remote before anything is decided: two requests, no trace. */

import { shortenRef, suggestedDirectoryName } from '../../git/index.ts';
import type { ProbeResult } from '../door.ts';
import { resumability } from '../plan/index.ts';
import type { Ports } from '../ports.ts';
import { discover, openConnection, type RemoteAddress, type SignIn } from '../remote/index.ts';

const branchNamesMax = 1_000;
const branchPrefix = 'refs/heads/';

/** HEAD's branch first, then the rest as the server sorts them. */
function branchNames(refs: readonly { name: string }[], head: string | null): string[] {
  const names = refs.map((ref) => ref.name).filter((name) => name.startsWith(branchPrefix));
  const first = names.filter((name) => name === head);
  return [...first, ...names.filter((name) => name !== head)].slice(0, branchNamesMax).map(shortenRef);
}

/** Throws the EngineErrors of the way there and of what answers. */
export async function probeRemote(
  ports: Ports,
  address: RemoteAddress,
  signIn: SignIn,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const startedMs = ports.clock.monotonicMs();
  const connection = openConnection(address, ports, { signIn });
  try {
    const { offer, refs } = await discover(
      connection,
      address.host,
      ['HEAD', branchPrefix, 'refs/tags/'],
      signal ?? new AbortController().signal,
    );
    return {
      url: address.url,
      host: address.host,
      suggestedName: suggestedDirectoryName(address.parsed, { bare: false }),
      offer,
      branchNames: branchNames(refs, offer.headTarget),
      resumability: resumability(offer),
      seconds: (ports.clock.monotonicMs() - startedMs) / 1000,
    };
  } finally {
    await connection.close();
  }
}
