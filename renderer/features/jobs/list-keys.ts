/** The keyboard of the list. */

import type { AppState } from '../../state/app.svelte.ts';

/** Does what a key means in the list; false when it means nothing there. */
export function listKey(
  app: AppState,
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>,
  pageRows: number,
): boolean {
  const { selection } = app;
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    if (selection.cursor !== null) void app.moveBy(selection.cursor, event.key === 'ArrowUp' ? -1 : 1);
    return true;
  }
  if (event.altKey) return false;
  if (command) {
    if (event.key.toLowerCase() !== 'a') return false;
    selection.all();
    return true;
  }
  const everything = app.jobs.visible.length;
  const rows = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -pageRows,
    PageDown: pageRows,
    Home: -everything,
    End: everything,
  }[event.key];
  if (rows !== undefined) {
    selection.move(rows, event.shiftKey);
    return true;
  }
  switch (event.key) {
    case ' ':
      void app.toggle(app.chosen);
      return true;
    case 'Enter':
      app.detailOpen = true;
      return true;
    case 'Delete':
    case 'Backspace': {
      // What can only be cancelled is asked about; what can be removed is removed.
      const removable = app.chosen.filter((job) =>
        ['paused', 'done', 'failed', 'cancelled'].includes(job.state),
      );
      void app.act(removable.length > 0 ? 'remove' : 'cancel', app.chosen);
      return true;
    }
    case 'Escape':
      selection.clear();
      return true;
    default:
      return false;
  }
}
