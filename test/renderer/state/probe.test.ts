import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { contractFailure } from '../../../main/contract/index.ts';
import { DebouncedQuestion } from '../../../renderer/state/probe.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A question whose answers come when the test says. */
function scripted() {
  const calls: {
    question: string;
    signal: AbortSignal;
    answer: (value: string) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const asking = new DebouncedQuestion<string>(
    (question, signal) =>
      new Promise((answer, fail) => {
        calls.push({ question, signal, answer, fail });
      }),
    400,
  );
  return { calls, asking };
}

test('asks once, after a pause in typing', async () => {
  const { calls, asking } = scripted();
  for (const text of ['h', 'ht', 'htt']) {
    asking.put(text);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(calls).toHaveLength(0);
  expect(asking.now.state).toBe('asking');
  await vi.advanceTimersByTimeAsync(400);
  expect(calls.map((call) => call.question)).toEqual(['htt']);
  calls[0]?.answer('yes');
  await vi.runAllTimersAsync();
  expect(asking.now).toEqual({ state: 'answered', value: 'yes' });
});

test('typing on cancels the question on the wire and drops its answer', async () => {
  const { calls, asking } = scripted();
  asking.put('one');
  await vi.advanceTimersByTimeAsync(400);
  asking.put('two');
  expect(calls[0]?.signal.aborted).toBe(true);
  calls[0]?.answer('of one');
  await vi.advanceTimersByTimeAsync(400);
  expect(asking.now.state).toBe('asking');
  calls[1]?.answer('of two');
  await vi.runAllTimersAsync();
  expect(asking.now).toEqual({ state: 'answered', value: 'of two' });
});

test('a failure is kept as it is; the same question is not asked twice unless told', async () => {
  const { calls, asking } = scripted();
  asking.put('one');
  await vi.advanceTimersByTimeAsync(400);
  calls[0]?.fail(contractFailure('host-not-found', { host: 'one' }));
  await vi.runAllTimersAsync();
  expect(asking.now).toEqual({
    state: 'failed',
    failure: { code: 'host-not-found', facts: { host: 'one' } },
  });
  asking.put('one');
  await vi.runAllTimersAsync();
  expect(calls).toHaveLength(1);
  asking.again();
  expect(calls).toHaveLength(2);
});

test('an emptied field asks nothing', async () => {
  const { calls, asking } = scripted();
  asking.put('one');
  asking.put('');
  await vi.runAllTimersAsync();
  expect(calls).toHaveLength(0);
  expect(asking.now).toEqual({ state: 'idle' });
});
