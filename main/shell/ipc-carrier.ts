/**
 * The Electron carrier of the contract: envelopes between the page and the engine, over one channel. The shell does
 * not read them; it checks who sends, how much, and gives each page its own connection.
 */

import {
  ipcMain,
  type Event,
  type IpcMainEvent,
  type WebContents,
  type WebContentsDidStartNavigationEventParams,
} from 'electron';
import { pageChannels, type ClientEnvelope, type ClientPort } from '../contract/index.ts';
import { readPageEnvelope, waitingEnvelopesMax } from './page-envelope.ts';
import { isTrustedSender } from './sender.ts';

export interface CarrierParts {
  /** The page of the window that is open now. */
  page(): WebContents | null;
  connect(): Promise<ClientPort>;
  /** Called whenever a page has said hello: it listens from now on. */
  onPageReady(page: WebContents): void;
}

interface Line {
  page: WebContents;
  port: ClientPort | null;
  waiting: ClientEnvelope[];
  closed: boolean;
  /** Takes our listeners off the page again. */
  letGo(): void;
}

/** Starts listening. Returns the function that ends it and every connection. */
export function carryEnvelopes(parts: CarrierParts): () => void {
  const lines = new Map<number, Line>();

  const onEnvelope = (event: IpcMainEvent, message: unknown): void => {
    if (!isTrustedSender(event, parts.page())) return;
    const page = event.sender;
    const envelope = readPageEnvelope(message);
    const line = lines.get(page.id);
    if (envelope === null) {
      if (line !== undefined) close(line);
    } else if (envelope.type === 'hello') {
      // A page says hello once per connection; a second hello means that it began anew, for example after a reload.
      if (line !== undefined) close(line, 'quietly');
      open(page, envelope);
    } else if (line === undefined) {
      // Sent before the page heard of the end of its connection.
      return;
    } else if (line.port !== null) {
      line.port.send(envelope);
    } else if (line.waiting.length < waitingEnvelopesMax) {
      line.waiting.push(envelope);
    } else {
      close(line);
    }
  };

  function open(page: WebContents, hello: ClientEnvelope): void {
    const line: Line = {
      page,
      port: null,
      waiting: [hello],
      closed: false,
      letGo: watch(page, () => close(line, 'quietly')),
    };
    lines.set(page.id, line);
    parts.connect().then(
      (port) => join(line, port),
      () => close(line),
    );
    parts.onPageReady(page);
  }

  function join(line: Line, port: ClientPort): void {
    if (line.closed) {
      port.close();
      return;
    }
    line.port = port;
    port.onMessage((envelope) => {
      if (!line.closed && !line.page.isDestroyed()) line.page.send(pageChannels.envelope, envelope);
    });
    port.onClose(() => close(line));
    for (const envelope of line.waiting.splice(0)) port.send(envelope);
  }

  function close(line: Line, manner: 'tell' | 'quietly' = 'tell'): void {
    if (line.closed) return;
    line.closed = true;
    line.letGo();
    if (lines.get(line.page.id) === line) lines.delete(line.page.id);
    line.port?.close();
    if (manner === 'tell' && !line.page.isDestroyed()) line.page.send(pageChannels.close);
  }

  ipcMain.on(pageChannels.envelope, onEnvelope);
  return () => {
    ipcMain.removeListener(pageChannels.envelope, onEnvelope);
    for (const line of [...lines.values()]) close(line, 'quietly');
  };
}

/** Calls `onGone` when the page is destroyed, crashes or goes to another document. Returns what ends the watch. */
function watch(page: WebContents, onGone: () => void): () => void {
  const onNavigation = (details: Event<WebContentsDidStartNavigationEventParams>): void => {
    if (details.isMainFrame && !details.isSameDocument) onGone();
  };
  page.once('destroyed', onGone);
  page.once('render-process-gone', onGone);
  page.on('did-start-navigation', onNavigation);
  return () => {
    if (page.isDestroyed()) return;
    page.removeListener('destroyed', onGone);
    page.removeListener('render-process-gone', onGone);
    page.removeListener('did-start-navigation', onNavigation);
  };
}
