import { describe, expect, it } from 'vitest';
import { checkOptions, expandedFilter } from '../../../main/engine/jobs/new-job.ts';

describe('options of a new clone', () => {
  it.each([
    ['blob:limit=1k', 'blob:limit=1024'],
    ['blob:limit=2m', 'blob:limit=2097152'],
    ['blob:limit=7', 'blob:limit=7'],
    ['blob:none', 'blob:none'],
  ])('expand the filter %s', (typed, kept) => {
    expect(expandedFilter(typed)).toBe(kept);
  });

  it.each([
    [{ bare: true, origin: 'up' }, 'option-conflict'],
    [{ depth: 0 }, 'option-conflict'],
    [{ depth: 1.5 }, 'option-conflict'],
    [{ origin: 'a..b' }, 'ref-name-malformed'],
    [{ branch: '--upload-pack=x' }, 'ref-name-malformed'],
    [{ bundleUri: '/srv/all.bundle' }, 'option-not-supported-yet'],
    [{ bundleUri: 'file:///srv/all.bundle' }, 'option-not-supported-yet'],
    [{ bundleUri: 'ftp://h/all.bundle' }, 'option-not-supported-yet'],
    [{ bundleUri: 'https://me:secret@h/all.bundle' }, 'url-malformed'],
    [{ bundleUri: 'https://h/all bundle' }, 'url-malformed'],
    [{ bundleUri: 'https://h/all.bundle', depth: 1 }, 'option-conflict'],
    [{ filter: 'sparse:oid=x' }, 'option-not-supported-yet'],
  ])('refuse %j', (options, code) => {
    expect(() => checkOptions(options)).toThrow(expect.objectContaining({ code }));
  });

  it('let everything pass that git lets pass', () => {
    checkOptions({ bundleUri: 'https://h/list?sig=1' });
    checkOptions({ bare: true, depth: 3, branch: 'x', filter: 'tree:0', origin: undefined });
  });
});
