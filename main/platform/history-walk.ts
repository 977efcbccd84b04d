import { Worker } from 'node:worker_threads';
import { EngineError, type EngineFailure } from '../engine/errors.ts';
import type { HistoryWalk, OpenHistoryWalk } from '../engine/ports.ts';

/** What the thread is begun with. */
export interface WalkStart {
  gitDir: string;
  objectFormat: 'sha1' | 'sha256';
  wants: readonly string[];
}

export interface WalkQuestion {
  id: number;
  method: keyof HistoryWalk;
  args: unknown[];
}

export type WalkAnswer = { id: number } & ({ value: unknown } | { failure: EngineFailure });

/**
 * Each walk gets a thread of its own that runs the module at `threadUrl`. An abort ends the thread, and every question rejects with the
 * signal's reason; a thread that breaks is `internal`.
 */
export function createHistoryWalks(threadUrl: URL): OpenHistoryWalk {
  return (gitDir, objectFormat, wants, signal) =>
    startWalk(threadUrl, { gitDir, objectFormat, wants }, signal);
}

interface Question {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

function startWalk(threadUrl: URL, start: WalkStart, signal: AbortSignal): HistoryWalk {
  const worker = new Worker(threadUrl, { workerData: start });
  const pending = new Map<number, Question>();
  let questions = 0;
  let ended: { error: Error } | null = null;

  const end = (reason: unknown) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    ended ??= { error };
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const broken = (cause: unknown) =>
    end(new EngineError('internal', { detail: `the walk's thread failed: ${String(cause)}` }, { cause }));
  const stop = () => {
    end(signal.reason);
    void worker.terminate();
  };
  worker.on('message', (answer: WalkAnswer) => {
    const question = pending.get(answer.id);
    pending.delete(answer.id);
    if ('failure' in answer) question?.reject(new EngineError(answer.failure.code, answer.failure.facts));
    else question?.resolve(answer.value);
  });
  worker.on('error', broken);
  worker.on('exit', () => broken('it ended'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  const ask = <Value>(method: WalkQuestion['method'], ...args: unknown[]): Promise<Value> =>
    new Promise((resolve, reject: Question['reject']) => {
      if (ended !== null) return reject(ended.error);
      const question: WalkQuestion = { id: questions++, method, args };
      // The answer to a method is of that method's type: both sides are compiled against `HistoryWalk`.
      pending.set(question.id, { resolve: (value) => resolve(value as Value), reject });
      worker.postMessage(question);
    });

  return {
    begin: () => ask('begin'),
    packAdded: (indexPath, holds) => ask('packAdded', indexPath, holds),
    frontier: (islands, stretch) => ask('frontier', islands, stretch),
    startTrees: () => ask('startTrees'),
    next: () => ask('next'),
    resize: (sizes) => ask('resize', sizes),
    settle: (batch, end) => ask('settle', batch, end),
    setAside: () => ask('setAside'),
    pathOf: (batch, place) => ask('pathOf', batch, place),
    close: async () => {
      signal.removeEventListener('abort', stop);
      end(new EngineError('internal', { detail: 'the walk was closed' }));
      await worker.terminate();
    },
  };
}
