import { describe, expect, it } from 'vitest';
import { Portions } from '../../../main/engine/transfer/portions.ts';

const kibibytes = (count: number, value = 0) => new Uint8Array(count * 1024).fill(value);

/** Portions whose receiver is let go on by hand. */
function byHand() {
  const received: Uint8Array[] = [];
  const steps: { done: () => void; fail: (error: Error) => void }[] = [];
  const portions = new Portions((portion) => {
    received.push(portion);
    return new Promise((done, fail) => steps.push({ done, fail }));
  });
  const settled = async (promise: Promise<void>) => {
    let over = false;
    promise.then(
      () => (over = true),
      () => (over = true),
    );
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return over;
  };
  return { portions, received, steps, settled };
}

describe('portions', () => {
  it('begin with the first piece, and gather what comes meanwhile, in order', async () => {
    const { portions, received, steps } = byHand();
    await portions.take(Uint8Array.of(1, 2));
    await portions.take(Uint8Array.of(3));
    await portions.take(Uint8Array.of(4, 5));
    expect(received).toEqual([Uint8Array.of(1, 2)]);
    const finished = portions.finish();
    steps[0]?.done();
    while (steps.length < 2) await Promise.resolve();
    expect(received[1]).toEqual(Uint8Array.of(3, 4, 5));
    steps[1]?.done();
    await finished;
    expect(received).toHaveLength(2);
  });

  it('let wait who brings more than there is room for', async () => {
    const { portions, steps, settled } = byHand();
    await portions.take(kibibytes(64));
    await portions.take(kibibytes(192));
    const full = portions.take(kibibytes(64));
    expect(await settled(full)).toBe(false);
    steps[0]?.done();
    while (steps.length < 2) await Promise.resolve();
    steps[1]?.done();
    await full;
  });

  it('pass a failure on to whoever comes next, and hand on nothing more', async () => {
    const { portions, received, steps } = byHand();
    await portions.take(Uint8Array.of(1));
    await portions.take(Uint8Array.of(2));
    steps[0]?.fail(new Error('full'));
    await portions.settle();
    await expect(portions.take(Uint8Array.of(3))).rejects.toThrow('full');
    await expect(portions.finish()).rejects.toThrow('full');
    expect(received).toHaveLength(1);
  });

  it('wake who waits when handing on fails', async () => {
    const { portions, steps } = byHand();
    await portions.take(kibibytes(1));
    const full = portions.take(kibibytes(300));
    steps[0]?.fail(new Error('full'));
    await expect(full).rejects.toThrow('full');
  });

  it('lose nothing, however close together pieces come and portions end', async () => {
    for (let ticks = 0; ticks < 40; ticks++) {
      const received: number[] = [];
      const portions = new Portions(async (portion) => {
        for (let tick = 0; tick < ticks % 6; tick++) await Promise.resolve();
        received.push(...portion);
      });
      for (let piece = 0; piece < 50; piece++) {
        await portions.take(Uint8Array.of(piece));
        for (let tick = 0; tick < (piece * ticks) % 9; tick++) await Promise.resolve();
      }
      await portions.finish();
      expect(received, `${ticks} ticks`).toEqual(Array.from({ length: 50 }, (_, piece) => piece));
    }
  });
});
