/** One spool followed in a thread of its own: inflating gigabytes would make the engine deaf meanwhile. */

import { parentPort, workerData } from 'node:worker_threads';
import { LocalProtocolError } from '../git/index.ts';
import { diskError } from './disk-errors.ts';
import { PackFollow } from './pack-follow.ts';
import type { FollowAnswer, FollowQuestion, FollowValue } from './pack-follower.ts';

const { path, objectFormat } = workerData as { path: string; objectFormat: 'sha1' | 'sha256' };
let follow: PackFollow | null = null;

function work(question: FollowQuestion): FollowValue {
  follow ??= new PackFollow(path, objectFormat);
  switch (question.task) {
    case 'advance':
      return { task: 'advance', value: follow.advance(question.lengthBytes) };
    case 'segment':
      return { task: 'segment', value: follow.beginSegment() };
    case 'chunk':
      return { task: 'chunk', value: follow.segmentChunk() };
    case 'learn':
      return { task: 'learn', value: follow.learnSegment(question.indexPath) };
    case 'compose':
      return { task: 'compose', value: follow.compose(question.whole, question.reverse) };
    case 'needs':
      for (const { type, oid } of question.objects) follow.proof.needs(type, oid);
      return { task: 'needs', value: undefined };
    case 'read':
      if (question.bytes === null) follow.proof.readEnd();
      else follow.proof.read(question.bytes);
      return { task: 'read', value: undefined };
    case 'trees':
      return { task: 'trees', value: follow.proof.takeTrees() };
    case 'open':
      return { task: 'open', value: follow.proof.open };
    case 'close':
      return { task: 'close', value: follow.close() };
  }
}

function answer(question: FollowQuestion): FollowAnswer {
  try {
    return work(question);
  } catch (error) {
    if (error instanceof LocalProtocolError || error instanceof RangeError) {
      return { task: 'failure', failure: { code: 'pack-corrupt', facts: { detail: error.message } } };
    }
    const { code, facts } = diskError(error, path);
    return { task: 'failure', failure: { code, facts } };
  }
}

parentPort?.on('message', (question: FollowQuestion) => {
  const answered = answer(question);
  const moved = answered.task === 'chunk' && answered.value !== null ? [answered.value.buffer] : [];
  parentPort?.postMessage(answered, moved);
  if (question.task === 'close') parentPort?.close();
});
