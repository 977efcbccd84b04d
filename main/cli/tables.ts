/** Lists and single jobs as text. */

import type { JobDetail, JobState, JobView, ProbeView, TotalsView } from '../contract/index.ts';
import { jobStates } from '../contract/index.ts';
import { figureLines } from './figures.ts';
import { amountText, arrivedFor, failureLines, leftText, speedText, waitingText } from './progress-words.ts';
import { stageLabels, stateLabels } from './stage-words.ts';
import { padEnd, safeText } from './text.ts';
import { bytesText, countText, percentText, plural, rateText } from './units.ts';

/** Columns as wide as their widest cell, two spaces apart; nothing behind the last. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, padEnd(cell, 0).length)));
  return rows.map((row) =>
    row
      .map((cell, i) => padEnd(cell, widths[i] ?? 0))
      .join('  ')
      .replace(/ +$/, ''),
  );
}

export function listLines(jobs: readonly JobView[]): string[] {
  if (jobs.length === 0) return ['No jobs. "packmule clone <url>" begins one.'];
  const rows = jobs.map((job) => [
    job.id,
    stateLabels[job.state],
    job.fraction === null || job.state === 'done' ? '' : percentText(job.fraction),
    bytesText(job.bytes.usefulBytes),
    [speedText(job), leftText(job)].filter((part) => part !== '').join(', '),
    safeText(job.directory),
  ]);
  return table([['JOB', 'STATE', '', 'RECEIVED', '', 'DIRECTORY'], ...rows]);
}

export function totalsLines(totals: TotalsView, jobs: readonly JobView[]): string[] {
  if (jobs.length === 0) return listLines(jobs);
  const counted = jobStates
    .filter((state: JobState) => totals.counts[state] > 0)
    .map((state) => `${countText(totals.counts[state])} ${stateLabels[state]}`);
  const lines = [
    `${plural(jobs.length, 'job')}: ${counted.join(', ')}.`,
    `Receiving ${rateText(totals.rateBytesPerSecond)}.`,
  ];
  if (totals.held) lines.push('The queue is held: nothing starts until it is released.');
  return lines;
}

export function detailLines(detail: JobDetail, nowMs: number): string[] {
  const { job, plan, offer } = detail;
  const rows = [
    ['Job', job.id],
    ['From', safeText(job.url)],
    ['To', safeText(job.directory)],
    ['State', stateLabels[job.state]],
  ];
  if (plan !== null) rows.push(['Plan', safeText(plan.sentence)]);
  if (offer?.agent) rows.push(['Server', safeText(offer.agent)]);
  const stages = detail.stages.map((stage) => [
    `  ${stageLabels[stage.name]}`,
    stage.state,
    stage.fraction === null || stage.state === 'waiting' ? '' : percentText(stage.fraction),
    amountText(stage),
  ]);
  const waiting = waitingText(job, nowMs);
  const trouble = job.question?.failure ?? job.failure;
  return [
    ...table(rows),
    ...table(stages),
    ...(waiting === '' ? [] : [waiting]),
    ...(trouble === null ? [] : failureLines(trouble, arrivedFor(job))),
    ...(job.requests > 0 ? figureLines(detail) : []),
  ];
}

export function probeLines(probe: ProbeView): string[] {
  const { offer } = probe;
  const named: Record<keyof typeof offer.capabilities, string> = {
    filter: 'filter',
    shallow: 'shallow',
    bundleUri: 'bundle-uri',
    packfileUris: 'packfile-uris',
    resume: 'resume',
    objectInfo: 'object-info',
    refInWant: 'ref-in-want',
  };
  const offered = Object.entries(named)
    .filter(([key]) => offer.capabilities[key as keyof typeof named])
    .map(([, name]) => name);
  return [
    ...table([
      ['Address', safeText(probe.url)],
      ['Server', `${safeText(offer.agent ?? 'does not say')}, protocol version ${offer.protocolVersion}`],
      ['Objects', offer.objectFormat],
      [
        'Refs',
        `${countText(offer.refs)} (${plural(offer.branches, 'branch', 'branches')}, ${plural(offer.tags, 'tag')})`,
      ],
      ['HEAD', offer.empty ? 'the repository is empty' : safeText(offer.headBranch ?? 'detached')],
      ['Offers', offered.length === 0 ? 'nothing beyond a plain clone' : offered.join(', ')],
    ]),
    safeText(probe.resumability),
  ];
}
