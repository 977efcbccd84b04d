import { describe, expect, it } from 'vitest';
import {
  admission,
  isEnded,
  isWorking,
  jobTable,
  nextMove,
  recoveredState,
  type JobEvent,
} from '../../../main/engine/jobs/job-machine.ts';
import { jobStates, type JobState } from '../../../main/engine/jobs/states.ts';

function play(...events: JobEvent[]): JobState {
  let state: JobState = 'queued';
  for (const event of events) {
    const move = nextMove(state, event);
    expect(move, `${event} in ${state}`).not.toBeNull();
    state = move?.to ?? state;
  }
  return state;
}

describe('the table of a job', () => {
  it('leads through all stages to done', () => {
    expect(play('admit', 'probed', 'planned', 'downloaded', 'indexed', 'connected', 'finished')).toBe('done');
  });

  it('goes on where everything is downloaded already', () => {
    expect(play('admit-connect', 'connected', 'finished')).toBe('done');
    expect(play('admit-checkout', 'finished')).toBe('done');
  });

  it('reaches every state from queued', () => {
    const reached = new Set<JobState>(['queued']);
    for (let grew = true; grew;) {
      const before = reached.size;
      for (const state of [...reached])
        for (const move of Object.values(jobTable[state])) reached.add(move.to);
      grew = reached.size > before;
    }
    expect([...reached].sort()).toEqual([...jobStates].sort());
  });

  it('lets a person pause and cancel in every state that is not over', () => {
    for (const state of jobStates.filter((one) => !isEnded(one))) {
      if (state !== 'paused') expect(nextMove(state, 'pause')?.to, state).toBe('paused');
      expect(nextMove(state, 'cancel')?.to, state).toBe('cancelled');
    }
  });

  it('stops the work whenever a working job is interrupted from outside', () => {
    for (const state of jobStates.filter(isWorking)) {
      for (const event of ['pause', 'cancel', 'set-aside'] as const) {
        expect(nextMove(state, event)?.effects, `${event} in ${state}`).toContain('stop-work');
      }
    }
  });

  it('has a way out of every state but done', () => {
    for (const state of jobStates.filter((one) => one !== 'done')) {
      expect(Object.keys(jobTable[state]).length, state).toBeGreaterThan(0);
    }
    expect(jobTable.done).toEqual({});
  });

  it('ignores what comes too late', () => {
    expect(nextMove('done', 'pause')).toBeNull();
    expect(nextMove('paused', 'downloaded')).toBeNull();
    expect(nextMove('cancelled', 'finished')).toBeNull();
  });

  it('takes failed, paused and cancelled jobs up again through the queue', () => {
    for (const state of [
      'failed',
      'paused',
      'cancelled',
      'needs-you',
      'retrying',
      'waiting-for-network',
    ] as const) {
      expect(nextMove(state, 'resume')?.to, state).toBe('queued');
    }
  });

  it('forgets the appointment when a waiting job is taken elsewhere', () => {
    for (const state of ['retrying', 'waiting-for-network'] as const) {
      for (const event of ['pause', 'resume', 'cancel'] as const) {
        expect(nextMove(state, event)?.effects, `${event} in ${state}`).toContain('forget-due');
      }
    }
  });
});

describe('after a crash', () => {
  it('queues what was working or waiting for a moment, and leaves decisions of people alone', () => {
    for (const state of jobStates) {
      const waited = isWorking(state) || state === 'retrying' || state === 'waiting-for-network';
      expect(recoveredState(state), state).toBe(waited ? 'queued' : state);
    }
  });

  it('starts after the last stage that is safe', () => {
    expect(admission(null)).toBe('admit');
    expect(admission('download')).toBe('admit');
    expect(admission('index')).toBe('admit');
    expect(admission('connect')).toBe('admit-connect');
    expect(admission('checkout')).toBe('admit-checkout');
  });
});
