/** Lets the application quit only when its parts have stopped. */

import { app } from 'electron';

/** Calls `stop` once, at the first wish to quit, and quits when it has resolved. */
export function stopBeforeQuit(stop: () => Promise<void>): void {
  let stopping: Promise<void> | null = null;
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    stopping ??= stop().then(() => {
      stopped = true;
      app.quit();
    });
  });
}
