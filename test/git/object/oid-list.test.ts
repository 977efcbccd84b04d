import { expect, it } from 'vitest';
import { OidList } from '../../../main/git/object/oid-list.ts';
import { hexAt, randomOids } from '../../support/random-oids.ts';

it.each([20, 32])('gives its ids as hex, one by one and in lines: ids of %d bytes', (oidBytes) => {
  const oids = randomOids(500, oidBytes, 4);
  const list = new OidList(oidBytes);
  for (let at = 0; at < oids.length; at += oidBytes) list.push(oids, at);
  const all = Array.from({ length: 500 }, (_, place) => hexAt(oids, oidBytes, place));
  expect([...list.hex()]).toEqual(all);
  for (const [from, to] of [
    [0, 500],
    [7, 8],
    [499, 500],
    [100, 100],
  ] as const) {
    const expected = all.slice(from, to).map((id) => `${id}\n`);
    expect(Buffer.from(list.lines(from, to)).toString()).toBe(expected.join(''));
  }
});
