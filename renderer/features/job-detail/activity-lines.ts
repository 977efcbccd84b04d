/** The log of a job with its interruptions in it: the engine notes its steps, the attempts tell how they ended. */

import {
  failureWords,
  type ActivityLine,
  type AttemptView,
  type Failure,
} from '../../../main/contract/index.ts';
import { words } from '../../words/index.ts';

/** Interruptions of one kind with nothing between them. */
interface Run {
  failure: Failure;
  count: number;
  entriesKept: number;
  /** Of the last one. */
  atMs: number;
}

/** Oldest first. Interruptions of one kind with nothing else between them become one line, at the last one's moment. */
export function activityLines(
  noted: readonly ActivityLine[],
  attempts: readonly AttemptView[],
): ActivityLine[] {
  const events = [...noted, ...attempts.flatMap(runOf)].sort((a, b) => a.atMs - b.atMs);
  const folded: (ActivityLine | Run)[] = [];
  for (const event of events) {
    const last = folded.at(-1);
    if (last && 'failure' in last && 'failure' in event && last.failure.code === event.failure.code) {
      folded[folded.length - 1] = {
        ...event,
        count: last.count + 1,
        entriesKept: last.entriesKept + event.entriesKept,
      };
    } else folded.push(event);
  }
  return folded.map((event) => ('failure' in event ? lineOf(event) : event));
}

function runOf({ failure, endedAtMs, entriesKept }: AttemptView): Run[] {
  if (failure === null || endedAtMs === null) return [];
  return [{ failure, count: 1, entriesKept: entriesKept ?? 0, atMs: endedAtMs }];
}

function lineOf({ failure, count, entriesKept, atMs }: Run): ActivityLine {
  const text = words.activity.interrupted(failureWords(failure).what, count, entriesKept);
  return { atMs, level: 'notice', text };
}
