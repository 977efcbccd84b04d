/**
 * The built preload script, run in Chromium before a page, with a `require` that knows only `electron`: a sandboxed
 * preload script of Electron has no other module (Electron documentation, "Process Sandboxing").
 */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';

const built = new URL('../../out/preload/index.cjs', import.meta.url);

let browser: Browser;
let page: Page;
let script: string;

interface Log {
  required: string[];
  exposed: Record<string, Record<string, unknown>>;
  sent: unknown[][];
  heard: unknown[][];
  emit(channel: string, ...args: unknown[]): void;
}
declare global {
  var log: Log;
}

/** Runs in the page: what Electron gives a preload script. */
const surroundings = `
  const listeners = [];
  const log = (globalThis.log = {
    required: [], exposed: {}, sent: [], heard: [],
    emit: (channel, ...args) => listeners.filter(([name]) => name === channel).forEach(([, run]) => run({ sender: 'secret' }, ...args)),
  });
  const electron = {
    contextBridge: { exposeInMainWorld: (name, value) => { log.exposed[name] = value; } },
    ipcRenderer: { on: (channel, run) => { listeners.push([channel, run]); }, send: (...args) => { log.sent.push(args); } },
  };
  const require = (name) => {
    log.required.push(name);
    if (name !== 'electron') throw new Error('module not found: ' + name);
    return electron;
  };
`;

beforeAll(async () => {
  script = await readFile(built, 'utf8');
  browser = await launchChromium();
  page = await browser.newPage();
  await page.addInitScript(`(() => {${surroundings}
    const module = { exports: {} };
    (function (require, module, exports, process) {${script}
    })(require, module, module.exports, { platform: 'linux' });
  })();`);
  await page.goto('about:blank');
});
afterAll(() => browser?.close());

describe('the built preload script', () => {
  it('requires electron and nothing else', async () => {
    expect(await page.evaluate(() => log.required)).toEqual(['electron']);
    expect(script).not.toMatch(/\bimport\s*\(|\beval\b|new Function/);
  });

  it('hands the page six things, and never ipcRenderer', async () => {
    const shape = await page.evaluate(() => {
      const names = Object.keys(log.exposed);
      const bridge = log.exposed['packmule'] ?? {};
      return [names, Object.entries(bridge).map(([name, value]) => `${name}: ${typeof value}`)];
    });
    expect(shape).toEqual([
      ['packmule'],
      [
        'platform: string',
        'send: function',
        'onMessage: function',
        'onClose: function',
        'onHint: function',
        'showItem: function',
      ],
    ]);
  });

  it('passes envelopes on, in both directions, without the event', async () => {
    const seen = await page.evaluate(() => {
      const bridge = log.exposed['packmule'] as unknown as Record<string, (value: unknown) => unknown>;
      const returned = bridge['send']?.({ type: 'hello', version: 1 });
      bridge['onMessage']?.((...args: unknown[]) => log.heard.push(['message', ...args]));
      bridge['onClose']?.((...args: unknown[]) => log.heard.push(['close', ...args]));
      log.emit('packmule:envelope', { type: 'welcome', version: 1 }, 'more');
      log.emit('packmule:close', 'more');
      return { returned: returned === undefined, sent: log.sent.splice(0), heard: log.heard.splice(0) };
    });
    expect(seen).toEqual({
      returned: true,
      sent: [['packmule:envelope', { type: 'hello', version: 1 }]],
      heard: [['message', { type: 'welcome', version: 1 }], ['close']],
    });
  });

  it('keeps early hints for the first listener, the last sixteen of them', async () => {
    const heard = await page.evaluate(() => {
      for (let i = 0; i < 20; i++) log.emit('packmule:hint', { kind: 'select', jobId: String(i) });
      const bridge = log.exposed['packmule'] as unknown as Record<string, (value: unknown) => unknown>;
      bridge['onHint']?.((hint: unknown) => log.heard.push([hint]));
      log.emit('packmule:hint', { kind: 'new-clone' });
      return log.heard.splice(0).flat();
    });
    expect(heard).toHaveLength(17);
    expect(heard[0]).toEqual({ kind: 'select', jobId: '4' });
    expect(heard[16]).toEqual({ kind: 'new-clone' });
  });

  it('names a job, never a path', async () => {
    const sent = await page.evaluate(() => {
      const bridge = log.exposed['packmule'] as unknown as Record<string, (...args: unknown[]) => unknown>;
      bridge['showItem']?.('job-1', '/etc/passwd');
      return log.sent.splice(0);
    });
    expect(sent).toEqual([['shell:show-item', 'job-1']]);
  });
});
