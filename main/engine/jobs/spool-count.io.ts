/** How many whole entries an interrupted stream left: counted beside the work, in another thread, and never waited for. */

import type { Ports } from '../ports.ts';
import type { LiveArtefact } from './live-job.ts';
import type { StoredAttempt } from './records.ts';
import type { WorkContext } from './work-context.ts';

/** Fills in `entriesKept` of the attempt and `objects` of the artefact when the count is there. */
export function countSpool(
  context: Pick<WorkContext, 'workspace' | 'note'> & { ports: Ports },
  artefact: LiveArtefact,
  attempt: StoredAttempt,
  objectFormat: 'sha1' | 'sha256',
): void {
  const { ports, workspace } = context;
  const { spoolName } = artefact.stored;
  if (spoolName === null || artefact.bytes === 0) {
    attempt.entriesKept = 0;
    ports.store.saveAttempt(attempt);
    return;
  }
  void ports.packs.count(ports.disk.join(workspace.spools, spoolName), objectFormat).then(
    ({ entries }) => {
      attempt.entriesKept = entries;
      artefact.stored.objects = entries;
      ports.store.saveAttempt(attempt);
      ports.store.saveArtefact(artefact.stored);
      context.note(
        'info',
        `${entries.toLocaleString('en')} whole objects of the interrupted pack are kept on disk.`,
      );
    },
    // The spool may be gone by then (a later try finished, the job was removed): the count is information, no promise.
    (error: unknown) => ports.log('spool-count-failed', { attempt: attempt.id, error: String(error) }),
  );
}
