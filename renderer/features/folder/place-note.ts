/** What is said under the field for a folder. */

import { failureWords } from '../../../main/contract/index.ts';
import type { FolderForm } from '../../state/folder-form.svelte.ts';
import { words } from '../../words/index.ts';

export function placeNote(form: Pick<FolderForm, 'place'>): { text: string; bad: boolean } {
  const { now } = form.place;
  if (now.state === 'failed') return { text: failureWords(now.failure).what, bad: true };
  // A non-breaking space keeps the line's height while the answer is on its way.
  if (now.state !== 'answered') return { text: '\u00a0', bad: false };
  const { state, writable } = now.value;
  if (state === 'not-empty' && !writable) return { text: words.folder.notWritable, bad: true };
  return { text: words.folder.states[state], bad: state !== 'not-empty' };
}
