/** A client and a host joined in memory, for tests of either. */

import { createPortPair } from '../../main/api/port-pair.ts';
import { createClient, createPortTransport, serveHost } from '../../main/contract/index.ts';
import type { Client, HostTable, PortTransport } from '../../main/contract/index.ts';

export { createPortPair } from '../../main/api/port-pair.ts';

export interface TransportPair {
  transport: PortTransport;
  client: Client;
  /** Cuts the carrier from the host's side. */
  cut(): void;
}

/** Everything between is real: the envelopes, their order, JSON. */
export function createTransportPair(table: HostTable): TransportPair {
  const { client: near, host: far } = createPortPair();
  serveHost(far, table);
  const transport = createPortTransport(near);
  return { transport, client: createClient(transport), cut: () => far.close() };
}
