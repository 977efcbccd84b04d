/** Which objects a pack holds, by its index (gitformat-pack(5), "Version 2 pack-*.idx files"). */

import { LocalProtocolError } from '../errors.ts';
import { oidBytesLength, type ObjectFormat } from '../oid.ts';

const signature = 0xff744f63;
const fanoutAt = 8;
const oidsAt = fanoutAt + 256 * 4;

/**
 * The ids in a pack's index, sorted, one behind the other: a view into `index`.
 * @throws LocalProtocolError when this is no whole index of version 2 (git has written no other since 1.6)
 */
export function packIndexOids(index: Uint8Array, format: ObjectFormat): Uint8Array {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  if (index.length < oidsAt || view.getUint32(0) !== signature || view.getUint32(4) !== 2) {
    throw new LocalProtocolError('This is no pack index of version 2.');
  }
  const objects = view.getUint32(oidsAt - 4);
  const oidBytes = oidBytesLength(format);
  const end = oidsAt + objects * oidBytes;
  // Behind the ids: a checksum and an offset for each, perhaps longer offsets, and two checksums over all.
  if (end + objects * 8 + 2 * oidBytes > index.length)
    throw new LocalProtocolError('This pack index is cut off.');
  return index.subarray(oidsAt, end);
}
