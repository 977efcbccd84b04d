/** The figures of a job, in the order in which they explain each other. Every one is there in every state. */

import type { JobDetail } from '../../../main/contract/index.ts';
import { formatBytes, formatCount, formatElapsed, formatShare } from '../../format/index.ts';
import { words } from '../../words/index.ts';

export interface Figure {
  label: string;
  value: string;
  /** Of everything received; empty where that says nothing. */
  share: string;
  /** What it means, in one sentence. */
  hint: string;
  /** A part of the figure above it. */
  part?: boolean;
  /** Zero, or nothing to say. */
  quiet?: boolean;
}

const isEnded = ({ state }: JobDetail['job']) => ['done', 'failed', 'cancelled'].includes(state);

export function figureRows({ job, cutCostBytes }: JobDetail): Figure[] {
  const say = words.figures;
  const { wireBytes, usefulBytes, wastedBytes, savedBytes, uploadedBytes } = job.bytes;
  const bytes = (name: keyof typeof say.rows, count: number, more: Partial<Figure> = {}): Figure => ({
    label: say.rows[name][0],
    hint: say.rows[name][1],
    value: formatBytes(count),
    share: '',
    quiet: count === 0,
    ...more,
  });
  const count = (name: keyof typeof say.rows, value: string, quiet: boolean): Figure =>
    bytes(name, 0, { value, quiet });
  const framing = Math.max(0, wireBytes - usefulBytes - wastedBytes);
  const shareOf = (part: number) => (wireBytes > 0 ? formatShare(part / wireBytes) : '');
  return [
    bytes('received', wireBytes),
    bytes('useful', usefulBytes, { part: true, share: shareOf(usefulBytes) }),
    bytes('wasted', wastedBytes, { part: true, share: shareOf(wastedBytes) }),
    bytes('framing', framing, { part: true, share: shareOf(framing) }),
    bytes('saved', savedBytes),
    bytes('sent', uploadedBytes),
    ...(isEnded(job)
      ? []
      : [bytes('cutCost', cutCostBytes, cutCostBytes === 0 ? { value: say.cutCostsNothing } : {})]),
    count('requests', formatCount(job.requests), job.requests === 0),
    count('drops', formatCount(job.drops), job.drops === 0),
    count('time', formatElapsed(job.activeSeconds), job.activeSeconds === 0),
  ];
}
