/**
 * The words for failures: what each failure is called, what happened, what is kept, what to do, and the one action a
 * client offers beside it. Everything a person reads about a failure comes from here: the rows stand in two tables, one
 * for what needs a server and one for the rest.
 */

import { downloadKept, type FailureRow, type FailureWords, type Words } from './failure-row.ts';
import { localFailureWords } from './failure-words-local.ts';
import { remoteFailureWords } from './failure-words-remote.ts';
import type { Failure, FailureCode, FailureFacts } from './failures.ts';

export type { FailureAction, FailureWords } from './failure-row.ts';

const table: Record<FailureCode, FailureRow> = { ...localFailureWords, ...remoteFailureWords };

/**
 * The words for a failure. Facts that are absent leave a shorter sentence, never a gap.
 * @param arrived whether anything was downloaded: where nothing was, `kept` does not say that it is kept
 */
export function failureWords(failure: Failure, arrived = true): FailureWords {
  const { title, what, kept, todo, action, severity } = rowOf(failure.code);
  const facts = failure.facts;
  return {
    title,
    what: said(what, facts),
    kept: !arrived && kept === downloadKept ? '' : kept,
    todo: said(todo, facts),
    action,
    severity: severity ?? 'error',
  };
}

/** A code kept by a newer version is shown as a fault of ours rather than not at all. */
function rowOf(code: FailureCode): FailureRow {
  return Object.hasOwn(table, code) ? table[code] : table.internal;
}

function said(part: Words, facts: FailureFacts): string {
  return typeof part === 'string' ? part : part(facts);
}
