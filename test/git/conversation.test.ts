import { describe, expect, test } from 'vitest';
import {
  fetchConversation,
  fetchInputs,
  fetchSections,
  firstFetchState,
  nextFetchState,
  type FetchInput,
  type FetchState,
} from '../../main/git/conversation.ts';

const states = Object.keys(fetchConversation) as FetchState[];

function reachableFrom(start: FetchState): Set<FetchState> {
  const seen = new Set([start]);
  for (const state of seen) {
    for (const input of fetchInputs) {
      const next = nextFetchState(state, input);
      if (next !== null) seen.add(next);
    }
  }
  return seen;
}

/** The state after a row of inputs, or where it broke. */
function play(...inputs: FetchInput[]): FetchState | `${string} refuses ${string}` {
  let state: FetchState = firstFetchState;
  for (const input of inputs) {
    const next = nextFetchState(state, input);
    if (next === null) return `${state} refuses ${input}`;
    state = next;
  }
  return state;
}

describe('the table of the fetch conversation', () => {
  test('answers every state and input with a known state or a refusal, and lists no other inputs', () => {
    for (const state of states) {
      for (const [input, next] of Object.entries(fetchConversation[state])) {
        expect(fetchInputs, `${state} × ${input}`).toContain(input);
        expect(states, `${state} × ${input}`).toContain(next);
      }
      for (const input of fetchInputs)
        expect(['string', 'object']).toContain(typeof nextFetchState(state, input));
    }
  });

  test('has no state that cannot be reached', () => {
    expect([...reachableFrom(firstFetchState)].sort()).toEqual([...states].sort());
  });

  test('leads from every state to an end, and from no end anywhere', () => {
    for (const state of states) {
      if (state === 'end' || state === 'failed') expect(fetchConversation[state]).toEqual({});
      else expect(reachableFrom(state)).toContain('end');
    }
  });

  test('lets the server give up anywhere, and say response-end nowhere', () => {
    for (const state of states) {
      if (state !== 'end' && state !== 'failed') expect(nextFetchState(state, 'error')).toBe('failed');
      expect(nextFetchState(state, 'response-end')).toBeNull();
    }
  });

  test('ends only after the pack or after acknowledgments without ready', () => {
    expect(states.filter((state) => nextFetchState(state, 'flush') !== null)).toEqual([
      'in-acknowledgments',
      'in-packfile',
    ]);
  });

  test('takes each section once, in order; but shallow-info and wanted-refs in either', () => {
    const pairs = fetchSections.flatMap((first, i) =>
      fetchSections.map((second, j) => ({ first, i, second, j })),
    );
    for (const { first, i, second, j } of pairs) {
      if (first === 'packfile') continue;
      const close: FetchInput[] = first === 'acknowledgments' ? ['ready', 'delimiter'] : ['delimiter'];
      const outcome = play(first, ...close, second);
      const swapped = first === 'wanted-refs' && second === 'shallow-info';
      if (j > i || swapped) expect(outcome.startsWith(`in-${second}`), `${first} ${second}`).toBe(true);
      else expect(outcome).toContain(`refuses ${second}`);
    }
  });

  test('does not let the swap bring a section twice', () => {
    const swapped: FetchInput[] = ['wanted-refs', 'delimiter', 'shallow-info', 'delimiter'];
    expect(play(...swapped, 'packfile', 'flush')).toBe('end');
    expect(play(...swapped, 'wanted-refs')).toContain('refuses');
    expect(play(...swapped, 'shallow-info')).toContain('refuses');
    expect(play('shallow-info', 'delimiter', 'wanted-refs', 'delimiter', 'shallow-info')).toContain(
      'refuses',
    );
  });

  test('ties ready to the delimiter', () => {
    expect(play('acknowledgments', 'line', 'ready', 'delimiter', 'packfile', 'line', 'flush')).toBe('end');
    expect(play('acknowledgments', 'line', 'flush')).toBe('end');
    expect(play('acknowledgments', 'ready', 'flush')).toContain('refuses');
    expect(play('acknowledgments', 'line', 'delimiter')).toContain('refuses');
  });

  test('skips unknown sections without forgetting the order', () => {
    expect(play('unknown-section', 'line', 'line', 'delimiter', 'acknowledgments', 'flush')).toBe('end');
    expect(play('packfile-uris', 'delimiter', 'unknown-section', 'delimiter', 'shallow-info')).toContain(
      'refuses',
    );
    expect(play('wanted-refs', 'delimiter', 'unknown-section', 'delimiter', 'packfile', 'flush')).toBe('end');
  });
});
