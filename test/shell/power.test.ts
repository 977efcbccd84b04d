import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../main/contract/index.ts';
import { careForPower } from '../../main/shell/power.ts';
import { control, powerMonitor, resetDouble } from '../support/electron-double.ts';
import { fakeClock } from './fakes.ts';
import { boardOf, jobView } from './job-view.ts';

function care() {
  const clock = fakeClock();
  const asked: unknown[][] = [];
  let shutdowns = 0;
  const ask = ((...question: unknown[]) => {
    asked.push(question);
    return Promise.reject(new Error('engine away'));
  }) as Client['ask'];
  const power = careForPower({ ask, clock, onShutdown: () => (shutdowns += 1) });
  return { power, clock, asked, ask, shutdowns: () => shutdowns };
}

beforeEach(resetDouble);

describe('careForPower', () => {
  it('holds the engine over a sleep, also one that was started anew in between', () => {
    const { power, asked, ask } = care();
    powerMonitor.emit('suspend');
    expect(asked).toEqual([['engine.hold', { reason: 'suspend' }]]);
    power.engineConnected({ ask } as Client);
    expect(asked).toHaveLength(2);
    powerMonitor.emit('resume');
    expect(asked.slice(2)).toEqual([
      ['engine.release', { reason: 'suspend' }],
      ['engine.network-online', {}],
    ]);
    power.engineConnected({ ask } as Client);
    expect(asked).toHaveLength(4);
  });
  it('tells when the network comes, not when it goes or stays', async () => {
    const { clock, asked } = care();
    await clock.pass(20_000);
    control.online = false;
    await clock.pass(20_000);
    expect(asked).toEqual([]);
    control.online = true;
    await clock.pass(20_000);
    expect(asked).toEqual([['engine.network-online', {}]]);
  });
  it('keeps the machine awake only while a job is active', () => {
    const { power } = care();
    power.jobsChanged(boardOf(jobView({ id: 'a' })));
    power.jobsChanged(boardOf(jobView({ id: 'a' }), jobView({ id: 'b', state: 'indexing' })));
    expect(control.called('powerSaveBlocker.start')).toEqual([['prevent-app-suspension']]);
    expect(control.blockers.size).toBe(1);
    power.jobsChanged(boardOf(jobView({ id: 'a', state: 'paused' })));
    expect(control.blockers.size).toBe(0);
    power.jobsChanged(boardOf(jobView({ id: 'a' })));
    power.stop();
    expect(control.blockers.size).toBe(0);
  });
  it('asks for a clean stop at shutdown and leaves nothing behind', () => {
    const { power, clock, shutdowns } = care();
    powerMonitor.emit('shutdown');
    expect(shutdowns()).toBe(1);
    power.stop();
    expect(powerMonitor.eventNames()).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});
