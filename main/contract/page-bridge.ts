/**
 * What the preload script hands the page inside Electron, and the names of the channels behind it. The page sees
 * envelopes and a few hints, never `ipcRenderer`, a path or a file.
 */

import type { ClientEnvelope, HostEnvelope } from './envelope.ts';
import type { JobId } from './views.ts';

/** Something the shell asks of the page. None of them starts a job: a hint fills a form or moves the selection. */
export type ShellHint =
  /** Open the form for a new clone, empty. */
  | { kind: 'new-clone' }
  /** Open the form for a new clone with this address in it, from a deep link or a second start. */
  | { kind: 'fill'; url: string }
  /** Select this job, because its notification or tray line was clicked. */
  | { kind: 'select'; jobId: JobId };

/**
 * `window.packmule`. A `hello` opens a connection to the engine; after `onClose` the next `hello` opens another, so
 * the page may close and come back any number of times.
 */
export interface PageBridge {
  /** `process.platform` of the main process: `darwin`, `win32`, `linux`. */
  readonly platform: string;
  send(envelope: ClientEnvelope): void;
  onMessage(listener: (envelope: HostEnvelope) => void): void;
  onClose(listener: () => void): void;
  /** Hints that came before the first listener are kept and handed to it. */
  onHint(listener: (hint: ShellHint) => void): void;
  /** Shows the finished repository of this job in the system's file manager. */
  showItem(jobId: JobId): void;
}

/** Names of the channels. Each is used by the preload script and by one file of the shell. */
export const pageChannels = {
  envelope: 'packmule:envelope',
  close: 'packmule:close',
  hint: 'packmule:hint',
  showItem: 'shell:show-item',
} as const;
