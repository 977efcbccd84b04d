import { Worker } from 'node:worker_threads';
import { EngineError, type EngineFailure } from '../engine/errors.ts';
import type { PackCounter } from '../engine/ports.ts';

export interface PackCountQuestion {
  path: string;
  objectFormat: 'sha1' | 'sha256';
}

export type PackCountAnswer = { entries: number; endBytes: number } | { failure: EngineFailure };

// The sources run as they are, the built worker stands beside the built entry.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './pack-counter-worker.ts' : './pack-counter-worker.js',
  import.meta.url,
);

/**
 * Counts in a thread per question. Damage in the pack ends the count, without being an error: what stands before it is
 * whole. A file that cannot be read is `disk-failed`. An abort ends the thread and rejects with the signal's reason.
 */
export function createPackCounter(): PackCounter {
  return {
    async count(path, objectFormat, signal) {
      signal?.throwIfAborted();
      const question: PackCountQuestion = { path, objectFormat };
      const worker = new Worker(workerUrl, { workerData: question });
      const stopped = Promise.withResolvers<never>();
      const stop = () => stopped.reject(signal?.reason);
      const fail = (detail: string, cause?: unknown) =>
        stopped.reject(new EngineError('internal', { path, detail }, { cause }));
      signal?.addEventListener('abort', stop, { once: true });
      worker.once('error', (error) => fail(String(error), error));
      worker.once('exit', () => fail('the counting thread ended without an answer'));
      const answered = new Promise<PackCountAnswer>((resolve) => worker.once('message', resolve));
      try {
        const answer = await Promise.race([answered, stopped.promise]);
        if ('failure' in answer) throw new EngineError(answer.failure.code, answer.failure.facts);
        return answer;
      } finally {
        signal?.removeEventListener('abort', stop);
        await worker.terminate();
      }
    },
  };
}
