/**
 * Runs in the sandbox before the page (Electron documentation, "Context Isolation" and "Process Sandboxing"): it may
 * require `electron` and nothing else, and it hands over functions, never `ipcRenderer` itself.
 */

import { contextBridge, ipcRenderer } from 'electron';
// Not through the folder's door: its lists would come along into a script that every page load runs.
import type { HostEnvelope } from '../main/contract/envelope.ts';
import { pageChannels, type PageBridge, type ShellHint } from '../main/contract/page-bridge.ts';

const hintsKeptMax = 16;
let early: ShellHint[] = [];
let onHint = (hint: ShellHint): void => void (early = [...early, hint].slice(-hintsKeptMax));
ipcRenderer.on(pageChannels.hint, (_event, hint: ShellHint) => onHint(hint));

const bridge: PageBridge = {
  platform: process.platform,
  send: (envelope) => ipcRenderer.send(pageChannels.envelope, envelope),
  // The event object is dropped on purpose: its `sender` is ipcRenderer.
  onMessage: (listener) =>
    void ipcRenderer.on(pageChannels.envelope, (_event, envelope: HostEnvelope) => listener(envelope)),
  onClose: (listener) => void ipcRenderer.on(pageChannels.close, () => listener()),
  onHint: (listener) => {
    onHint = listener;
    for (const hint of early.splice(0)) listener(hint);
  },
  showItem: (jobId) => ipcRenderer.send(pageChannels.showItem, jobId),
};

contextBridge.exposeInMainWorld('packmule', bridge);
