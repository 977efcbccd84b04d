/** The thread that walks a history: `HistoryWalkRun` over this process's git and disk, asked by messages. */

import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, HistoryWalkRun } from './engine/index.ts';
import type { HistoryWalk } from './engine/index.ts';
import { createDisk, createGit } from './platform/index.ts';
import type { WalkAnswer, WalkQuestion, WalkStart } from './platform/history-walk.ts';

const { gitDir, objectFormat, wants } = workerData as WalkStart;
// Whoever stops us ends the thread.
const { signal } = new AbortController();
const walk: HistoryWalk = new HistoryWalkRun(
  { git: createGit(), gitDir, format: objectFormat, signal },
  createDisk(),
  wants,
);

async function answerTo({ id, method, args }: WalkQuestion): Promise<WalkAnswer> {
  try {
    const ask = walk[method].bind(walk) as (...values: unknown[]) => Promise<unknown>;
    return { id, value: await ask(...args) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

parentPort?.on('message', (question: WalkQuestion) => {
  void answerTo(question).then((answer) => parentPort?.postMessage(answer));
});
