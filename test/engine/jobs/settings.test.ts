import { describe, expect, it } from 'vitest';
import { defaultSettings, readSettings, withChange } from '../../../main/engine/jobs/settings.ts';

const defaults = defaultSettings('/home/someone/code');

describe('settings', () => {
  it('change only by values that make sense', () => {
    expect(withChange(defaults, { concurrentJobs: 5, theme: 'dark' })).toEqual({
      ...defaults,
      concurrentJobs: 5,
      theme: 'dark',
    });
    expect(
      withChange(defaults, {
        concurrentJobs: 0,
        theme: 'pink',
        retryTriesMax: 1.5,
        defaultDirectory: '',
        notifications: 'yes',
      }),
    ).toEqual(defaults);
  });

  it('survive damage on the disk, value by value', () => {
    expect(readSettings(null, defaults)).toEqual(defaults);
    expect(readSettings('{"concurrentJobs": 2, "theme": 7', defaults)).toEqual(defaults);
    expect(readSettings('{"concurrentJobs": 2, "theme": 7}', defaults)).toEqual({
      ...defaults,
      concurrentJobs: 2,
    });
    expect(readSettings('null', defaults)).toEqual(defaults);
  });
});
