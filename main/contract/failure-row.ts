/** What the two tables of failure words are made of, and the words they share. */

import type { FailureFacts } from './failures.ts';

export type FailureAction =
  'retry' | 'edit-url' | 'choose-folder' | 'sign-in' | 'free-space' | 'install-git' | 'none';

export interface FailureWords {
  /** A few words, without a full stop. */
  title: string;
  /** What happened. This and the next two are whole sentences. */
  what: string;
  kept: string;
  todo: string;
  action: FailureAction;
  /** `silent`: the person wanted it so, or it says nothing new. `warning`: goes on by itself or costs nothing. */
  severity: 'error' | 'warning' | 'silent';
}

export type Words = string | ((facts: FailureFacts) => string);

export interface FailureRow {
  title: string;
  what: Words;
  kept: string;
  todo: Words;
  action: FailureAction;
  severity?: FailureWords['severity'];
}

export const nothingChanged = 'Nothing was changed on this computer.';
export const downloadKept = 'Everything that was already downloaded is kept.';
export const folderUntouched = 'The folder was not touched.';
export const jobsUntouched = 'Your clones are unaffected.';
