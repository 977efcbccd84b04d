/** The final figures of a clone as text. */

import type { JobDetail } from '../contract/index.ts';
import { bytesText, countText, plural } from './units.ts';

/** Two lines: bytes, then the rest. Everything is counted at this end, since the job was made. */
export function figureLines(detail: JobDetail): string[] {
  const { bytes, requests, drops, activeSeconds } = detail.job;
  const saved = bytes.savedBytes > 0 ? `, ${bytesText(bytes.savedBytes)} saved by resuming` : '';
  return [
    `Received ${bytesText(bytes.wireBytes)}: ${bytesText(bytes.usefulBytes)} useful, ` +
      `${bytesText(bytes.wastedBytes)} wasted${saved}. Sent ${bytesText(bytes.uploadedBytes)}.`,
    `${plural(requests, 'request')}, ${drops === 0 ? 'no drops' : plural(drops, 'drop')}, ` +
      `${secondsText(activeSeconds)}, strategy ${detail.plan?.strategy ?? 'unknown'}.`,
  ];
}

function secondsText(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${countText(seconds)} s`;
}
