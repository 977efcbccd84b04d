/**
 * The choice among bundles beside git's: the lists of t5558, and git's own walk (bundle-uri.c, fetch_bundles_by_token,
 * restated here) over lists at random. `PACKMULE_BENDS=20000` tries that many.
 */

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../support/feed.ts';
import {
  history,
  listed,
  listOf,
  play,
  tokens,
  without,
  type Commit,
  type Play,
  type Played,
  type Served,
} from './bundle-play.ts';

describe('as git does with tokens (t5558)', () => {
  test.each<[story: string, play: Play, asked: string, unbundled: string, token: bigint | null]>([
    ['a clone', { list: tokens(1, 2, 3, 4), served: history, purpose: 'clone' }, '4321', '1234', 4n],
    ['a clone of a list of one', { list: tokens(1), served: history, purpose: 'clone' }, '1', '1', 1n],
    [
      'a clone without the oldest',
      { list: tokens(1, 2, 3, 4), served: without(1), purpose: 'clone' },
      '4321',
      '',
      null,
    ],
    [
      'a clone without one in the middle',
      { list: tokens(1, 2, 3, 4), served: without(2), purpose: 'clone' },
      '4321',
      '13',
      null,
    ],
    [
      'a clone without the newest',
      { list: tokens(1, 2, 3, 4), served: without(4), purpose: 'clone' },
      '4321',
      '123',
      3n,
    ],
    [
      'an update by all that came',
      { list: tokens(1, 2, 3, 4), served: history, purpose: 'update', here: ['base'], storedToken: 1n },
      '432',
      '324',
      4n,
    ],
    [
      'an update that needs only the newest, the others came from the remote',
      {
        list: tokens(1, 2, 3, 4),
        served: history,
        purpose: 'update',
        here: ['base', 'left', 'right'],
        storedToken: 2n,
      },
      '4',
      '4',
      4n,
    ],
    [
      'an update with nothing new',
      { list: tokens(1, 2, 3, 4), served: history, purpose: 'update', here: ['base'], storedToken: 4n },
      '',
      '',
      null,
    ],
    [
      'an update from a list that was rolled back',
      { list: tokens(1, 2), served: history, purpose: 'update', here: ['base'], storedToken: 4n },
      '',
      '',
      null,
    ],
    [
      'an update to 7',
      {
        list: tokens(1, 2, 3, 4, 6, 7),
        served: history,
        purpose: 'update',
        here: ['base', 'left', 'right'],
        storedToken: 3n,
      },
      '764',
      '647',
      7n,
    ],
    [
      'an update without 6',
      {
        list: tokens(1, 2, 3, 4, 6, 7),
        served: without(6),
        purpose: 'update',
        here: ['base', 'left', 'right'],
        storedToken: 3n,
      },
      '764',
      '4',
      null,
    ],
    [
      'an update without 7',
      {
        list: tokens(1, 2, 3, 4, 6, 7),
        served: without(7),
        purpose: 'update',
        here: ['base', 'left', 'right'],
        storedToken: 3n,
      },
      '76',
      '6',
      6n,
    ],
  ])('%s', (_story, given, asked, unbundled, token) => {
    const played = play(given);
    expect(played.asked.join('')).toBe(asked);
    expect(played.unbundled.join('')).toBe(unbundled);
    expect(played.end.token).toBe(token);
    expect(played.cancelled).toEqual([]);
  });
});

/** git's walk, restated: one place in the list and a direction. */
function gitWalk(ids: string[], served: Record<string, Served>, here: Commit[]) {
  const commits = new Set(here);
  const [asked, settled, unbundled] = [[] as string[], new Set<string>(), [] as string[]];
  let [at, direction] = [0, 0];
  while (at >= 0 && at < ids.length) {
    const id = ids[at] ?? '';
    const { tips, needs, fate } = served[id] ?? { tips: [], needs: [] };
    if (!asked.includes(id)) {
      asked.push(id);
      if (fate === 'not-found') {
        settled.add(id);
        direction = 1;
      }
    }
    if (!settled.has(id)) {
      if (fate !== 'corrupt' && needs.every((need) => commits.has(need))) {
        direction = -1;
        settled.add(id);
        unbundled.push(id);
        for (const tip of tips) commits.add(tip);
      } else direction = 1;
    }
    at += direction;
  }
  return { asked, unbundled, complete: at < 0 };
}

const seeds = Array.from({ length: Number(process.env['PACKMULE_BENDS'] ?? 300) }, (_, i) => i + 1);

test('lists at random: an update asks for what git asks for, and no order of events changes what comes of it', () => {
  for (const seed of seeds) {
    const random = seededRandom(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const count = 1 + pick(7);
    const served: Record<string, Served> = {};
    for (let i = 1; i <= count; i++) {
      const older = Array.from({ length: i - 1 }, (_, k) => `c${k + 1}`).filter(() => random() < 0.4);
      const needs = random() < 0.1 ? [...older, 'gone'] : older;
      served[`b${i}`] = {
        tips: [`c${i}`],
        needs,
        fate: random() < 0.2 ? 'not-found' : undefined,
      };
    }
    const here = Array.from({ length: count }, (_, k) => `old${k}`);
    const ids = Object.keys(served).reverse();
    const list = listOf(ids.map((id) => listed(id, BigInt(id.slice(1)))));
    const git = gitWalk(ids, served, here);
    const usable = ids.find((id) => served[id]?.fate === undefined) ?? '';
    const check = ({ unbundled, end }: Played) => {
      expect(new Set(unbundled).size).toBe(unbundled.length);
      // Where git gives up, we have the newest all the same, or give up, too.
      const complete = unbundled.includes(usable);
      if (git.complete) expect(complete, `seed ${seed}`).toBe(true);
      expect(end, `seed ${seed}`).toMatchObject({
        complete,
        token: complete ? BigInt(usable.slice(1)) : null,
      });
    };

    const update = play({ list, served, here, purpose: 'update', storedToken: 0n, pick });
    expect(update.asked, `seed ${seed}`).toEqual(git.asked);
    expect(update.unbundled, `seed ${seed}`).toEqual(expect.arrayContaining(git.unbundled));
    check(update);
    const clone = play({ list, served, here, purpose: 'clone', pick });
    expect(clone.asked.slice(0, git.asked.length), `seed ${seed}`).toEqual(git.asked);
    check(clone);
  }
});
