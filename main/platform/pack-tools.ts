import { Worker } from 'node:worker_threads';
import { EngineError, type EngineFailure } from '../engine/errors.ts';
import type { PackTools, SealedPack } from '../engine/ports.ts';

export interface PackQuestion {
  task: 'count' | 'seal';
  path: string;
  objectFormat: 'sha1' | 'sha256';
}

export interface PackCount {
  entries: number;
  endBytes: number;
}

export type PackAnswer =
  | { task: 'count'; value: PackCount }
  | { task: 'seal'; value: SealedPack | null }
  | { task: 'failure'; failure: EngineFailure };

// The sources run as they are, the built worker stands beside the built entry.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './pack-tools-worker.ts' : './pack-tools-worker.js',
  import.meta.url,
);

/** One thread per question; an abort ends it and rejects with the signal's reason. */
async function ask(question: PackQuestion, signal?: AbortSignal): Promise<PackAnswer> {
  signal?.throwIfAborted();
  const { path } = question;
  const worker = new Worker(workerUrl, { workerData: question });
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal?.reason);
  const fail = (detail: string, cause?: unknown) =>
    stopped.reject(new EngineError('internal', { path, detail }, { cause }));
  signal?.addEventListener('abort', stop, { once: true });
  worker.once('error', (error) => fail(String(error), error));
  worker.once('exit', () => fail('the thread ended without an answer'));
  const answered = new Promise<PackAnswer>((resolve) => worker.once('message', resolve));
  try {
    const answer = await Promise.race([answered, stopped.promise]);
    if (answer.task === 'failure') throw new EngineError(answer.failure.code, answer.failure.facts);
    return answer;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

const misunderstood = (path: string) =>
  new EngineError('internal', { path, detail: 'an answer to another question' });

/**
 * Damage in a pack ends its whole part, without being an error: what stands before it is good. A file that cannot be
 * read or written is `disk-failed`, `disk-full` or `target-not-writable`.
 */
export function createPackTools(): PackTools {
  return {
    async count(path, objectFormat, signal) {
      const answer = await ask({ task: 'count', path, objectFormat }, signal);
      if (answer.task !== 'count') throw misunderstood(path);
      return answer.value;
    },
    async seal(path, objectFormat, signal) {
      const answer = await ask({ task: 'seal', path, objectFormat }, signal);
      if (answer.task !== 'seal') throw misunderstood(path);
      return answer.value;
    },
  };
}
