/** Whether a message on one of our channels really comes from our page. */

import type { IpcMainEvent, WebContents } from 'electron';
import { isOwnPage } from './navigation.ts';

/** The parts of Electron's event that are looked at. */
export type Sender = Pick<IpcMainEvent, 'sender' | 'senderFrame'>;

/**
 * True only for the main frame of the given window while it shows our own page (Electron documentation, "Security" §17,
 * "Validate the sender of all IPC messages"). A frame that has gone or has navigated away counts as a stranger.
 */
export function isTrustedSender(event: Sender, page: WebContents | null): boolean {
  if (page === null || event.sender !== page || page.isDestroyed()) return false;
  const frame = event.senderFrame;
  if (frame === null || frame.detached || frame.parent !== null) return false;
  return frame === page.mainFrame && isOwnPage(frame.url);
}
