import { Worker } from 'node:worker_threads';
import { EngineError, type EngineFailure } from '../engine/errors.ts';
import type { BegunJoin, JoinedPack, KeptPack, PackTools, SealedPack } from '../engine/ports.ts';
import { followPack } from './pack-follower.ts';
import { makeStopFlag, tellToStop, type StopFlag } from './thread-stop.ts';

type PackWish = {
  path: string;
  objectFormat: 'sha1' | 'sha256';
} & (
  | { task: 'count' | 'seal' }
  | { task: 'keep'; bases: readonly string[] }
  | { task: 'append'; packPath: string }
  | { task: 'join'; packPaths: readonly string[]; begun: BegunJoin | null }
);

/** A thread that is given one stops when `stop` says so. */
export type PackQuestion = PackWish & { stop: StopFlag };

export interface PackCount {
  entries: number;
  endBytes: number;
}

export type PackAnswer =
  | { task: 'count'; value: PackCount }
  | { task: 'seal'; value: SealedPack | null }
  | { task: 'keep'; value: KeptPack }
  | { task: 'append'; value: number }
  | { task: 'join'; value: JoinedPack | null }
  | { task: 'stopped' }
  | { task: 'failure'; failure: EngineFailure };

// The sources run as they are, the built worker stands beside the built entry.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './pack-tools-worker.ts' : './pack-tools-worker.js',
  import.meta.url,
);

/** An idle thread is kept this long: after a cut the next question often follows within a second. */
const idleMsMax = 10_000;

interface IdleWorker {
  worker: Worker;
  /** Stops waiting for its end. */
  forget(): void;
}

/** Threads that answer one question at a time, kept for a while between questions. */
class Workers {
  readonly #idle: IdleWorker[] = [];

  take(): Worker {
    const kept = this.#idle.pop();
    if (kept === undefined) return new Worker(workerUrl);
    kept.forget();
    kept.worker.ref();
    return kept.worker;
  }

  /** A thread that answered; it does not keep the process alive. */
  giveBack(worker: Worker): void {
    worker.unref();
    const drop = () => {
      const at = this.#idle.findIndex((kept) => kept.worker === worker);
      if (at !== -1) this.#idle.splice(at, 1)[0]?.forget();
      void worker.terminate();
    };
    const timer = setTimeout(drop, idleMsMax).unref();
    worker.once('exit', drop);
    worker.once('error', drop);
    const forget = () => {
      clearTimeout(timer);
      worker.off('exit', drop);
      worker.off('error', drop);
    };
    this.#idle.push({ worker, forget });
  }
}

/** One exchange with a thread; `settled` takes every listener off again, so that the thread may be asked by others. */
function exchange(
  worker: Worker,
  question: PackQuestion,
): { answer: Promise<PackAnswer>; settled: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<PackAnswer>();
  const fail = (cause: unknown) =>
    reject(
      new EngineError(
        'internal',
        { path: question.path, detail: `a thread failed: ${String(cause)}` },
        { cause },
      ),
    );
  const onExit = () => fail('it ended without an answer');
  worker.on('message', resolve);
  worker.on('error', fail);
  worker.on('exit', onExit);
  worker.postMessage(question);
  return {
    answer: promise,
    settled: () => {
      worker.off('message', resolve);
      worker.off('error', fail);
      worker.off('exit', onExit);
    },
  };
}

/** Resolves or rejects when the thread does nothing any more for this question, also after an abort. */
async function ask(workers: Workers, wish: PackWish, signal?: AbortSignal): Promise<PackAnswer> {
  signal?.throwIfAborted();
  const worker = workers.take();
  const flag = makeStopFlag();
  const stop = () => tellToStop(flag);
  signal?.addEventListener('abort', stop, { once: true });
  const { answer, settled } = exchange(worker, { ...wish, stop: flag });
  let answered: PackAnswer;
  try {
    answered = await answer;
  } catch (error) {
    // Broken: nobody may ask this one again.
    await worker.terminate();
    throw error;
  } finally {
    settled();
    signal?.removeEventListener('abort', stop);
  }
  workers.giveBack(worker);
  signal?.throwIfAborted();
  if (answered.task === 'failure') throw new EngineError(answered.failure.code, answered.failure.facts);
  return answered;
}

const misunderstood = (path: string) =>
  new EngineError('internal', { path, detail: 'an answer to another question' });

/**
 * Damage in a pack ends its whole part, without being an error: what stands before it is good. A file that cannot be
 * read or written is `disk-failed`, `disk-full` or `target-not-writable`. An abort rejects with the signal's reason as
 * soon as the thread has let go of the file.
 */
export function createPackTools(): PackTools {
  const workers = new Workers();
  return {
    follow: followPack,
    async count(path, objectFormat, signal) {
      const answer = await ask(workers, { task: 'count', path, objectFormat }, signal);
      if (answer.task !== 'count') throw misunderstood(path);
      return answer.value;
    },
    async seal(path, objectFormat, signal) {
      const answer = await ask(workers, { task: 'seal', path, objectFormat }, signal);
      if (answer.task !== 'seal') throw misunderstood(path);
      return answer.value;
    },
    async keepResolvable(path, objectFormat, bases, signal) {
      const answer = await ask(workers, { task: 'keep', path, objectFormat, bases }, signal);
      if (answer.task !== 'keep') throw misunderstood(path);
      return answer.value;
    },
    async append(packPath, path, objectFormat, signal) {
      const answer = await ask(workers, { task: 'append', path, objectFormat, packPath }, signal);
      if (answer.task !== 'append') throw misunderstood(path);
      return answer.value;
    },
    async join(packPaths, path, objectFormat, begun, signal) {
      const answer = await ask(workers, { task: 'join', path, objectFormat, packPaths, begun }, signal);
      if (answer.task !== 'join') throw misunderstood(path);
      return answer.value;
    },
  };
}
