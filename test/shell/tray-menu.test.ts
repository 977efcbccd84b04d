import { describe, expect, it } from 'vitest';
import {
  jobLabel,
  mostActive,
  rateText,
  trayMenu,
  trayState,
  trayToolTip,
} from '../../main/shell/tray-menu.ts';
import { boardOf, jobView, totalsView } from './job-view.ts';

const running = jobView({ id: 'git', fraction: 0.456, rateBytesPerSecond: 2_000_000 });
const paused = jobView({ id: 'linux', state: 'paused', fraction: 0.1 });

describe('trayState', () => {
  it.each([
    ['idle', [], false],
    ['idle', [jobView({ id: 'a', state: 'done' }), jobView({ id: 'b', state: 'cancelled' })], false],
    ['active', [running, paused], false],
    ['paused', [running], true],
    ['paused', [paused], false],
    ['paused', [jobView({ id: 'a', state: 'waiting-for-network' })], false],
    ['problem', [running, jobView({ id: 'a', state: 'needs-you' })], false],
    ['problem', [jobView({ id: 'a', state: 'failed' })], false],
  ] as const)('%s', (state, jobs, held) => expect(trayState(boardOf(...jobs), held)).toBe(state));
});

describe('rateText', () => {
  it.each([
    [0, '0 B/s'],
    [999, '999 B/s'],
    [999.6, '1.0 kB/s'],
    [1000, '1.0 kB/s'],
    [9_949, '9.9 kB/s'],
    [9_960, '10 kB/s'],
    [999_400, '999 kB/s'],
    [999_500, '1.0 MB/s'],
    [12_345_678, '12 MB/s'],
    [5e12, '5000 GB/s'],
    [-1, '0 B/s'],
  ])('%d', (rate, text) => expect(rateText(rate)).toBe(text));
});

describe('trayToolTip', () => {
  const totals = totalsView({ rateBytesPerSecond: 2_000_000 });
  it.each([
    ['Packmule', [], totals],
    ['Packmule · 1 active, 2.0 MB/s', [running, paused], totals],
    ['Packmule · 1 active, 0 B/s', [running], null],
    ['Packmule · 1 waiting', [paused], totals],
    ['Packmule · on hold', [running], totalsView({ held: true })],
    [
      'Packmule · 1 active, 2.0 MB/s · 1 needs you',
      [running, jobView({ id: 'a', state: 'needs-you' })],
      totals,
    ],
    [
      'Packmule · 2 waiting · 2 need you · 1 failed',
      [
        jobView({ id: 'a', state: 'needs-you' }),
        jobView({ id: 'b', state: 'needs-you' }),
        jobView({ id: 'c', state: 'failed' }),
      ],
      totals,
    ],
  ] as const)('%s', (text, jobs, view) => expect(trayToolTip(boardOf(...jobs), view)).toBe(text));
});

describe('mostActive', () => {
  it('takes three: running by rate, then what waits', () => {
    const board = boardOf(
      paused,
      jobView({ id: 'slow', rateBytesPerSecond: 1 }),
      jobView({ id: 'fast', rateBytesPerSecond: 9 }),
      jobView({ id: 'queued', state: 'queued' }),
      jobView({ id: 'gone', state: 'done' }),
    );
    expect(mostActive(board).map((job) => job.id)).toEqual(['fast', 'slow', 'queued']);
  });
});

describe('jobLabel', () => {
  it.each([
    [running, 'git  45 %'],
    [paused, 'linux  paused, 10 %'],
    [jobView({ id: 'a', state: 'probing' }), 'a'],
    [jobView({ id: 'a', state: 'retrying' }), 'a  trying again'],
    [jobView({ id: 'a', name: 'R&D', state: 'queued' }), 'R&&D  queued'],
    [jobView({ id: 'a', name: 'a\tb\u202ec\u0000', fraction: 0.999 }), 'a b c   99 %'],
    [jobView({ id: 'a', name: 'x'.repeat(40), fraction: 1 }), `${'x'.repeat(31)}…  100 %`],
  ])('%#', (job, text) => expect(jobLabel(job)).toBe(text));
});

describe('trayMenu', () => {
  const labels = (board: Parameters<typeof trayMenu>[0]) =>
    trayMenu(board).map((line) =>
      line.kind === 'separator' ? '-' : line.enabled ? line.label : `(${line.label})`,
    );
  it('is short when there is nothing', () => {
    expect(labels(new Map())).toEqual([
      'Open Packmule',
      'New clone…',
      '-',
      '(Pause all)',
      '(Resume all)',
      '-',
      'Quit',
    ]);
  });
  it('shows jobs and offers what can be done', () => {
    expect(labels(boardOf(running, paused))).toEqual([
      'Open Packmule',
      'New clone…',
      '-',
      'git  45 %',
      'linux  paused, 10 %',
      '-',
      'Pause all',
      'Resume all',
      '-',
      'Quit',
    ]);
    expect(labels(boardOf(paused))).toContain('(Pause all)');
    expect(labels(boardOf(running))).toContain('(Resume all)');
  });
  it('gives each line what it does', () => {
    expect(trayMenu(boardOf(running)).flatMap((line) => (line.kind === 'line' ? [line.action] : []))).toEqual(
      [
        { kind: 'open' },
        { kind: 'new-clone' },
        { kind: 'select', jobId: 'git' },
        { kind: 'pause-all' },
        { kind: 'resume-all' },
        { kind: 'quit' },
      ],
    );
  });
});
