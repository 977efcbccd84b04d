/** What is said aloud to screen readers, and the notes shown in the corner. */
/* eslint-disable svelte/prefer-svelte-reactivity -- the map lives for one sentence */

import type { Failure, JobState, JobView } from '../../main/contract/index.ts';
import { words } from '../words/index.ts';

export interface Note {
  id: number;
  /** What the person tried to do. */
  title: string;
  failure: Failure;
}

const noteStaysMs = 12_000;
const notesMax = 3;

/** States whose arrival is news. Retries are not: they come and go, and the row tells of them. */
const news: ReadonlySet<JobState> = new Set(['done', 'failed', 'needs-you', 'paused']);

export class Announcer {
  /** The text of the live region. */
  text = $state('');
  notes = $state.raw<readonly Note[]>([]);
  #nextId = 1;

  say(text: string): void {
    this.text = text;
  }

  /** Says which jobs came into a state worth saying; many at once become one sentence. */
  changes(pairs: readonly { before: JobView | undefined; after: JobView }[]): void {
    const arrived = pairs.filter(
      ({ before, after }) => before && before.state !== after.state && news.has(after.state),
    );
    if (arrived.length === 0) return;
    if (arrived.length <= 2) {
      this.say(arrived.map(({ after }) => words.announce.one(after.name, after.state)).join(' '));
    } else {
      const counts = new Map<JobState, number>();
      for (const { after } of arrived) counts.set(after.state, (counts.get(after.state) ?? 0) + 1);
      this.say([...counts].map(([state, count]) => words.announce.many(count, state)).join(' '));
    }
  }

  /** Shows why something asked for did not happen. */
  failed(title: string, failure: Failure): void {
    const note = { id: this.#nextId, title, failure };
    this.#nextId += 1;
    this.notes = [...this.notes, note].slice(-notesMax);
    setTimeout(() => this.dismiss(note.id), noteStaysMs);
  }

  dismiss(id: number): void {
    this.notes = this.notes.filter((note) => note.id !== id);
  }
}
