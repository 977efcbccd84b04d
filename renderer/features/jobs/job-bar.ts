/** The bar of a job: one segment for what came through earlier interruptions unharmed, one for the rest that is here. */

import type { JobView } from '../../../main/contract/index.ts';
import { stateTones, type Tone } from '../../words/index.ts';

export interface BarSegment {
  share: number;
  tone: Tone;
}

export function barSegments(job: JobView): BarSegment[] {
  const fraction = job.state === 'done' ? 1 : (job.fraction ?? 0);
  return fraction > 0 ? [{ share: fraction, tone: stateTones[job.state] }] : [];
}
