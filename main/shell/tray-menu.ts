/** What the tray icon shows and says; pure, so that every line of it can be tested without a tray. */

import type { JobId, JobView, TotalsView } from '../contract/index.ts';
import { livelinessOf, openJobs, type JobBoard } from './job-board.ts';

export type TrayState = 'idle' | 'active' | 'paused' | 'problem';

export type TrayAction =
  | { kind: 'open' }
  | { kind: 'new-clone' }
  | { kind: 'select'; jobId: JobId }
  | { kind: 'pause-all' }
  | { kind: 'resume-all' }
  | { kind: 'quit' };

export type TrayLine =
  { kind: 'line'; label: string; enabled: boolean; action: TrayAction } | { kind: 'separator' };

const shownJobsMax = 3;
const nameCharactersMax = 32;

/** A question or failure beats everything, then work, then jobs that stand still. */
export function trayState(board: JobBoard, held: boolean): TrayState {
  const jobs = [...board.values()];
  if (jobs.some((job) => job.state === 'needs-you' || job.state === 'failed')) return 'problem';
  const open = openJobs(board);
  if (open.some((job) => livelinessOf(job) === 'active') && !held) return 'active';
  return open.length > 0 ? 'paused' : 'idle';
}

/** Bytes per second as people read it, in powers of ten as networks are sold. */
export function rateText(bytesPerSecond: number): string {
  const units = ['B/s', 'kB/s', 'MB/s', 'GB/s'];
  let value = Math.max(0, bytesPerSecond);
  let unit = 0;
  // 999.5 would be rounded to a thousand of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** One short line; Windows cuts the tooltip of a tray icon after 127 characters. */
export function trayToolTip(board: JobBoard, totals: TotalsView | null): string {
  const open = openJobs(board);
  const active = open.filter((job) => livelinessOf(job) === 'active').length;
  const asking = open.filter((job) => job.state === 'needs-you').length;
  const failed = [...board.values()].filter((job) => job.state === 'failed').length;
  const parts = ['Packmule'];
  if (totals?.held === true && open.length > 0) parts.push('on hold');
  else if (active > 0) parts.push(`${active} active, ${rateText(totals?.rateBytesPerSecond ?? 0)}`);
  else if (open.length > 0) parts.push(`${open.length} waiting`);
  if (asking > 0) parts.push(asking === 1 ? '1 needs you' : `${asking} need you`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(' · ');
}

/** The three that move most: running before waiting, then by rate. */
export function mostActive(board: JobBoard): JobView[] {
  const rank = { active: 0, 'needs-you': 1, waiting: 2, held: 3, ended: 4 } as const;
  return openJobs(board)
    .sort(
      (a, b) => rank[livelinessOf(a)] - rank[livelinessOf(b)] || b.rateBytesPerSecond - a.rateBytesPerSecond,
    )
    .slice(0, shownJobsMax);
}

const stateWords = {
  queued: 'queued',
  paused: 'paused',
  'waiting-for-network': 'waiting for network',
  retrying: 'trying again',
  'needs-you': 'needs you',
} as const;

/** `name  45 %` or `name  paused`. An ampersand is doubled: a single one marks an access key in menus. */
export function jobLabel(job: JobView): string {
  const cut = job.name.length > nameCharactersMax ? `${job.name.slice(0, nameCharactersMax - 1)}…` : job.name;
  // A name is chosen by whoever made the address: it must not be able to break the line or turn the text around.
  const name = cut
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .replaceAll('&', '&&');
  const percent = job.fraction === null ? null : `${Math.floor(job.fraction * 100)} %`;
  const word = job.state in stateWords ? stateWords[job.state as keyof typeof stateWords] : null;
  const tail = [word, percent].filter((part) => part !== null).join(', ');
  return tail === '' ? name : `${name}  ${tail}`;
}

/** The whole menu, top to bottom. */
export function trayMenu(board: JobBoard): TrayLine[] {
  const line = (label: string, action: TrayAction, enabled = true): TrayLine => ({
    kind: 'line',
    label,
    enabled,
    action,
  });
  const open = openJobs(board);
  const canPause = open.some((job) => !['held', 'needs-you'].includes(livelinessOf(job)));
  const canResume = open.some((job) => livelinessOf(job) === 'held');
  const jobs = mostActive(board).map((job) => line(jobLabel(job), { kind: 'select', jobId: job.id }));
  return [
    line('Open Packmule', { kind: 'open' }),
    line('New clone…', { kind: 'new-clone' }),
    { kind: 'separator' },
    ...jobs,
    ...(jobs.length > 0 ? [{ kind: 'separator' } as const] : []),
    line('Pause all', { kind: 'pause-all' }, canPause),
    line('Resume all', { kind: 'resume-all' }, canResume),
    { kind: 'separator' },
    line('Quit', { kind: 'quit' }),
  ];
}
