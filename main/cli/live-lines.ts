/** The live display of one clone: a line per stage and one on why it waits. Pure; screen.io.ts paints it. */

import type { JobDetail, JobView, StageView } from '../contract/index.ts';
import { amountText, leftText, receivedText, speedText, waitingText } from './progress-words.ts';
import { stageLabels } from './stage-words.ts';
import type { Look, Segment, Style } from './text.ts';
import { columnsOf, lineOf, padEnd, padStart } from './text.ts';
import { percentText } from './units.ts';

const labelColumns = 8;
const percentColumns = 5;
const barColumnsMax = 28;
/** A shorter bar says nothing; its room goes to the words. */
const barColumnsMin = 8;
/** Room for the amounts, so that the bar keeps its length while they grow: "1023.9 MiB of 1023.9 MiB", rate, time. */
const wordColumns = 52;

/** Lines to show now, none longer than the terminal is wide, each without a line end. */
export function liveLines(detail: JobDetail, nowMs: number, look: Look): string[] {
  const lines = detail.stages.map((stage) => lineOf(stageSegments(stage, detail.job, look.columns), look));
  const waiting = waitingText(detail.job, nowMs);
  if (waiting !== '') lines.push(lineOf([{ text: waiting, style: 'caution' }], look));
  return lines;
}

function stageSegments(stage: StageView, job: JobView, columns: number): Segment[] {
  const style = stageStyle(stage);
  const segments: Segment[] = [{ text: padEnd(stageLabels[stage.name], labelColumns), style }];
  if (stage.state === 'waiting') return segments;
  if (stage.state === 'skipped') return [...segments, { text: '  not needed', style: 'dim' }];

  const fraction = stage.state === 'done' ? 1 : stage.fraction;
  const barColumns = Math.min(barColumnsMax, columns - 1 - labelColumns - percentColumns - wordColumns - 4);
  if (barColumns >= barColumnsMin) segments.push({ text: `  ${bar(fraction, barColumns)}`, style });
  segments.push({
    text: ` ${padStart(fraction === null ? '' : percentText(fraction), percentColumns)}`,
    style,
  });
  const words = [amountText(stage), receivedText(stage, job)];
  if (stage.state === 'active') words.push(stage.name === 'download' ? speedText(job) : '', leftText(job));
  if (stage.state === 'failed') words.push('failed');
  const shown = words.filter((word) => word !== '').join('  ');
  if (columnsOf(shown) > 0)
    segments.push({ text: `  ${shown}`, style: stage.state === 'active' ? 'plain' : style });
  return segments;
}

function stageStyle(stage: StageView): Style {
  switch (stage.state) {
    case 'active':
      return 'strong';
    case 'done':
      return 'good';
    case 'failed':
      return 'bad';
    case 'waiting':
    case 'skipped':
      return 'dim';
  }
}

/** Whole cells only: a terminal's font may lack the eighths. Unknown progress is an empty bar. */
export function bar(fraction: number | null, columns: number): string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction ?? 0)) * columns);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
