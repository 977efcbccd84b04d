import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpanSet, type Span } from '../../../../main/engine/transfer/ranges/spans.ts';

const span = fc
  .tuple(fc.nat(60), fc.nat(12))
  .map(([fromBytes, length]): Span => ({ fromBytes, toBytes: fromBytes + length }));
const step = fc.record({ add: fc.boolean(), span });

/** The same with a flag for each byte. */
function flags(steps: readonly { add: boolean; span: Span }[]): boolean[] {
  const all = Array.from({ length: 80 }, () => false);
  for (const { add, span: each } of steps) all.fill(add, each.fromBytes, each.toBytes);
  return all;
}

test('adding and removing is what it is with a flag for each byte', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), span, (steps, asked) => {
      const set = new SpanSet();
      for (const { add, span: each } of steps)
        if (add) set.add(each);
        else set.remove(each);
      const all = flags(steps);
      expect(flags(set.spans.map((each) => ({ add: true, span: each })))).toEqual(all);
      expect(set.bytes).toBe(all.filter(Boolean).length);
      for (const [at, each] of set.spans.entries()) {
        expect(each.toBytes).toBeGreaterThan(each.fromBytes);
        // Sorted, and neither meeting nor touching.
        expect(each.fromBytes).toBeGreaterThan(set.spans[at - 1]?.toBytes ?? -1);
      }
      const [held, missing] = [set.within(asked), set.gapsWithin(asked)];
      const within = all.map((flag, at) => flag && at >= asked.fromBytes && at < asked.toBytes);
      expect(flags(held.map((each) => ({ add: true, span: each })))).toEqual(within);
      const lengths = [...held, ...missing].reduce((sum, each) => sum + each.toBytes - each.fromBytes, 0);
      expect(lengths).toBe(asked.toBytes - asked.fromBytes);
      expect(set.covers(asked)).toBe(missing.length === 0);
    }),
  );
});

test('beyond 4 GiB', () => {
  const set = new SpanSet([{ fromBytes: 0, toBytes: 2 ** 40 }]);
  set.remove({ fromBytes: 2 ** 33, toBytes: 2 ** 33 + 1 });
  expect(set.gapsWithin({ fromBytes: 0, toBytes: 2 ** 41 })).toEqual([
    { fromBytes: 2 ** 33, toBytes: 2 ** 33 + 1 },
    { fromBytes: 2 ** 40, toBytes: 2 ** 41 },
  ]);
});
