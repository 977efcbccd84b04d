import { describe, expect, it } from 'vitest';
import { driftBetween, driftWords } from '../../../main/engine/plan/index.ts';

const ref = (name: string, oid: string | null) => ({ name, oid });

describe('drift', () => {
  it('counts what moved, came and went, and leaves HEAD out', () => {
    const before = [
      ref('HEAD', 'a'),
      ref('refs/heads/main', 'a'),
      ref('refs/heads/old', 'b'),
      ref('refs/tags/v1', 'c'),
    ];
    const now = [
      ref('HEAD', 'd'),
      ref('refs/heads/main', 'd'),
      ref('refs/heads/new', 'e'),
      ref('refs/tags/v1', 'c'),
    ];
    expect(driftBetween(before, now)).toEqual({ moved: 1, added: 1, gone: 1 });
    expect(driftBetween(before, before)).toEqual({ moved: 0, added: 0, gone: 0 });
  });

  it('is said in words, or not at all', () => {
    expect(driftWords({ moved: 0, added: 0, gone: 0 })).toBeNull();
    expect(driftWords({ moved: 1, added: 0, gone: 2000 })).toBe('1 ref moved, 2,000 refs went away');
  });
});
