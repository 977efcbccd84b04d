import { Worker } from 'node:worker_threads';
import { EngineError, type EngineFailure } from '../engine/errors.ts';
import type { ComposedIndex, FollowedPack, PackFollower } from '../engine/ports.ts';

export type FollowQuestion =
  | { task: 'advance'; lengthBytes: number }
  | { task: 'segment' | 'chunk' | 'trees' | 'open' | 'close' }
  | { task: 'learn'; indexPath: string }
  | { task: 'compose'; whole: boolean; reverse: boolean }
  | { task: 'needs'; objects: readonly { type: 'tree' | 'blob'; oid: string }[] }
  | { task: 'read'; bytes: Uint8Array | null };

interface FollowValues {
  advance: FollowedPack;
  segment: number;
  chunk: Uint8Array<ArrayBuffer> | null;
  learn: void;
  compose: ComposedIndex;
  needs: void;
  read: void;
  trees: Uint8Array;
  open: number;
  close: void;
}

export type FollowValue = {
  [Task in keyof FollowValues]: { task: Task; value: FollowValues[Task] };
}[keyof FollowValues];

export type FollowAnswer = FollowValue | { task: 'failure'; failure: EngineFailure };

// The sources run as they are, the built worker stands beside the built entry.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './pack-follow-worker.ts' : './pack-follow-worker.js',
  import.meta.url,
);

interface Waiting {
  resolve: (answer: FollowAnswer) => void;
  reject: (error: EngineError) => void;
}

/** The thread answers in the order it is asked. */
class FollowerThread {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting: Waiting[] = [];
  #failure: EngineError | null = null;

  constructor(path: string, objectFormat: 'sha1' | 'sha256') {
    this.#path = path;
    this.#worker = new Worker(workerUrl, { workerData: { path, objectFormat } });
    this.#worker.on('message', (answer: FollowAnswer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('error', (cause) => this.#fail(String(cause)));
    this.#worker.on('exit', () => this.#fail('it ended without an answer'));
  }

  async ask<Task extends keyof FollowValues>(
    question: FollowQuestion & { task: Task },
  ): Promise<FollowValues[Task]> {
    if (this.#failure !== null) throw this.#failure;
    const answered = await new Promise<FollowAnswer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question);
    });
    if (answered.task === 'failure') {
      throw new EngineError(answered.failure.code, answered.failure.facts);
    }
    return answered.value as FollowValues[Task];
  }

  async close(): Promise<void> {
    if (this.#failure === null) await this.ask({ task: 'close' }).catch(() => undefined);
    this.#fail('it is closed');
    await this.#worker.terminate();
  }

  #fail(detail: string): void {
    this.#failure ??= new EngineError('internal', { path: this.#path, detail: `a thread failed: ${detail}` });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** A thread that follows the spool at `path` until it is closed. */
export function followPack(path: string, objectFormat: 'sha1' | 'sha256'): PackFollower {
  const thread = new FollowerThread(path, objectFormat);
  return {
    advance: (lengthBytes) => thread.ask({ task: 'advance', lengthBytes }),
    beginSegment: () => thread.ask({ task: 'segment' }),
    segmentChunk: () => thread.ask({ task: 'chunk' }),
    learnSegment: (indexPath) => thread.ask({ task: 'learn', indexPath }),
    compose: (how) => thread.ask({ task: 'compose', ...how }),
    proof: {
      needs: (objects) => thread.ask({ task: 'needs', objects }),
      read: (bytes) => thread.ask({ task: 'read', bytes }),
      takeTrees: () => thread.ask({ task: 'trees' }),
      open: () => thread.ask({ task: 'open' }),
    },
    close: () => thread.close(),
  };
}
