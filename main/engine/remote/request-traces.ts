/** What a request leaves behind in the upload-pack that answers it. Pure. */

import { decodePktLine } from '../../git/index.ts';

const traced = ['shallow ', 'deepen'].map((word) => new TextEncoder().encode(word));

/**
 * Whether a later request to the same process would be answered differently for this one. Upload-pack cuts its history
 * at the commits that the client calls shallow, or that deepening makes so, and never joins it again (upload-pack.c,
 * send_shallow_list; shallow.c, register_shallow): a later answer would hold again what lies behind them, or lack it.
 */
export function leavesTraces(body: Uint8Array): boolean {
  for (let at = 0; at < body.length;) {
    const packet = decodePktLine(body, at);
    if (packet.kind === 'incomplete') return false;
    at += packet.consumed;
    if (packet.kind !== 'data') continue;
    const { payload } = packet;
    if (traced.some((word) => word.every((byte, index) => payload[index] === byte))) return true;
  }
  return false;
}
