/** Shows the notices of notification-rules.ts. */

import { Notification } from 'electron';
import type { JobId } from '../contract/index.ts';
import type { Notice } from './notification-rules.ts';

export interface Notifier {
  show(notices: readonly Notice[]): void;
}

/** `onClick` gets the job of the clicked notification, or null for one about several. */
export function createNotifier(icon: string, onClick: (jobId: JobId | null) => void): Notifier {
  // Held until clicked or closed: a notification that is collected as garbage never reports its click.
  const shown = new Set<Notification>();
  return {
    show: (notices) => {
      if (!Notification.isSupported()) return;
      for (const notice of notices) {
        const notification = new Notification({
          title: notice.title,
          body: notice.body,
          icon,
          urgency: notice.kind === 'done' ? 'low' : 'normal',
          timeoutType: notice.kind === 'needs-you' ? 'never' : 'default',
        });
        shown.add(notification);
        notification.once('click', () => {
          shown.delete(notification);
          onClick(notice.jobId);
        });
        notification.once('close', () => shown.delete(notification));
        notification.once('failed', () => shown.delete(notification));
        notification.show();
      }
    },
  };
}
