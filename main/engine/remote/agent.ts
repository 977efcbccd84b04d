/** Who we say we are: in HTTP's User-Agent and in protocol v2's `agent` capability (gitprotocol-v2, "agent"). */

import packageJson from '../../../package.json' with { type: 'json' };

export const packmuleVersion: string = packageJson.version;

/** Starts with "git/": several hosts answer smart HTTP only to agents that do. */
export const userAgent = `git/packmule-${packmuleVersion}`;

/** The value of the `agent` capability: printable ASCII without spaces. */
export const protocolAgent = `packmule/${packmuleVersion}`;
