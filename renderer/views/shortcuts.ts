/** The keys that work everywhere in the window. */

import type { AppState } from '../state/app.svelte.ts';

const apple = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '');

/** How the command key is written in front of a letter. */
export const commandKey = apple ? '⌘' : 'Ctrl ';

/** Does what a key means anywhere; false when it means nothing, or means something to the field that has it. */
export function windowKey(app: AppState, event: KeyboardEvent, focusSearch: () => void): boolean {
  if (app.dialog !== null) return false;
  const command = apple ? event.metaKey : event.ctrlKey;
  if (!command || event.altKey || event.shiftKey) return false;
  switch (event.key.toLowerCase()) {
    case 'n':
      app.newClone();
      return true;
    case 'f':
      focusSearch();
      return true;
    case ',':
      app.dialog = { kind: 'settings' };
      return true;
    default:
      return false;
  }
}

/**
 * What of a pasted or dropped text looks like repository addresses, one per line: with a scheme, as `host:path`, or an
 * absolute path. Null when nothing does; a word from somewhere else must not open a form.
 */
export function addressesIn(text: string): string | null {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    // RFC 2483 (text/uri-list): lines starting with # are comments.
    .filter((line) => line !== '' && !line.startsWith('#'));
  const address =
    /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|(?:[\w.-]+@)?[\w-][\w.-]*\.[\w.-]+:\S+|[\w.-]+@[\w.-]+:\S+|\/\S+)$/i;
  return lines.length > 0 && lines.length <= 100 && lines.every((line) => address.test(line))
    ? lines.join('\n')
    : null;
}
