/** The engine's settings: their defaults, and what may be stored. Pure. */

import type { EngineSettings } from '../door.ts';

export function defaultSettings(defaultDirectory: string): EngineSettings {
  return { concurrentJobs: 3, defaultDirectory, theme: 'system', notifications: true, retryTriesMax: 8 };
}

const themes: ReadonlySet<string> = new Set(['system', 'light', 'dark']);

const wholeNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

/** What of `change` makes sense; the rest is left as it is. */
export function withChange(
  settings: EngineSettings,
  change: Partial<Record<keyof EngineSettings, unknown>>,
): EngineSettings {
  const next = { ...settings };
  if (wholeNumber(change.concurrentJobs, 1, 64)) next.concurrentJobs = change.concurrentJobs;
  if (typeof change.defaultDirectory === 'string' && change.defaultDirectory !== '') {
    next.defaultDirectory = change.defaultDirectory;
  }
  if (typeof change.theme === 'string' && themes.has(change.theme))
    next.theme = change.theme as EngineSettings['theme'];
  if (typeof change.notifications === 'boolean') next.notifications = change.notifications;
  if (wholeNumber(change.retryTriesMax, 1, 1000)) next.retryTriesMax = change.retryTriesMax;
  return next;
}

/** Reads what was stored; damage costs only the damaged value. */
export function readSettings(stored: string | null, defaults: EngineSettings): EngineSettings {
  if (stored === null) return defaults;
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === 'object' && value !== null ? withChange(defaults, value) : defaults;
  } catch {
    return defaults;
  }
}
