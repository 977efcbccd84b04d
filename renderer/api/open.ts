/** Picks the way to the engine: the preload's bridge inside Electron, a WebSocket to our own host in a browser. */

import type { ClientPort, PageBridge } from '../../main/contract/index.ts';
import { bridgePorts } from './bridge-port.ts';
import { takeToken } from './token.ts';
import { openWebSocketPort } from './websocket-port.ts';

declare global {
  interface Window {
    /** Present inside Electron only. */
    packmule?: PageBridge;
  }
}

/** How to open a port to the engine; null when the page came without the token it needs. */
export function engineDoor(page: Window): (() => ClientPort) | null {
  if (page.packmule) return bridgePorts(page.packmule);
  const token = takeToken(page);
  if (token === null) return null;
  const address = new URL('/', page.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return () => openWebSocketPort(address.href, token);
}
