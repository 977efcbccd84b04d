/** The figures beside a stage. */

import type { StageView } from '../../../main/contract/index.ts';
import { formatBytes, formatCount, formatPercent } from '../../format/index.ts';
import { words } from '../../words/index.ts';

/** `12,340 of 50,000 objects`, `31.0 MiB`, or the stage's state where there are no figures. `moving`: the job is at work. */
export function stageFigures(stage: StageView, moving: boolean): string {
  if (stage.state === 'waiting' || stage.state === 'skipped') return words.stageStates[stage.state];
  const { done, total, unit, fraction } = stage;
  if (done !== null && unit === 'bytes') {
    return total === null ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
  }
  if (done !== null && unit !== null) {
    const of =
      total === null || (stage.state === 'done' && total === done) ? '' : ` of ${formatCount(total)}`;
    return `${formatCount(done)}${of} ${words.units[unit]}`;
  }
  if (fraction !== null && fraction > 0 && stage.state === 'active') return formatPercent(fraction);
  return stage.state === 'active' && !moving ? words.stageHeld : words.stageStates[stage.state];
}
