/** Hints to the page, kept until there is a page that listens. */

import type { WebContents } from 'electron';
import { pageChannels, type ShellHint } from '../contract/index.ts';

export interface PageHints {
  /** Sends now, or as soon as a page is ready. */
  give(hint: ShellHint): void;
  /** A page listens from now on. */
  pageReady(page: WebContents): void;
  /** The page is gone. */
  pageGone(): void;
}

/** A second hint of the same kind replaces the first: nobody wants three forms opened in a row. */
export function pageHints(): PageHints {
  let page: WebContents | null = null;
  let kept = new Map<ShellHint['kind'], ShellHint>();
  const flush = (): void => {
    if (page === null || page.isDestroyed()) return;
    const hints = kept;
    kept = new Map();
    for (const hint of hints.values()) page.send(pageChannels.hint, hint);
  };
  return {
    give: (hint) => {
      kept.set(hint.kind, hint);
      flush();
    },
    pageReady: (ready) => {
      page = ready;
      flush();
    },
    pageGone: () => (page = null),
  };
}
