/**
 * How a thread is told to stop. Ending it from outside while it inflates would end the whole process: an inflater that is
 * made and not begun yet must not be cleared away (node_zlib.cc, "close before init"). So the thread looks at a flag now and then.
 */

export type StopFlag = Int32Array<SharedArrayBuffer>;

/** What `throwIfStopped` throws. */
export class ThreadStopped extends Error {
  override name = 'ThreadStopped';
}

/** Of the thread this module is loaded in, which does one thing at a time. */
let flag: StopFlag | null = null;

export function makeStopFlag(): StopFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function tellToStop(other: StopFlag): void {
  Atomics.store(other, 0, 1);
}

/** From now on this thread stops when `other` says so. */
export function heedStop(other: StopFlag): void {
  flag = other;
}

export function throwIfStopped(): void {
  if (flag !== null && Atomics.load(flag, 0) !== 0) throw new ThreadStopped();
}
