import { describe, expect, it } from 'vitest';
import { completionWay, planClone, planSlices, resumability } from '../../../main/engine/plan/index.ts';
import type { RemoteOffer } from '../../../main/engine/remote/index.ts';

const offer: RemoteOffer = {
  protocolVersion: 2,
  agent: 'git/2.39',
  objectFormat: 'sha1',
  capabilities: {
    filter: true,
    shallow: true,
    bundleUri: false,
    packfileUris: false,
    resume: false,
    objectInfo: false,
    refInWant: false,
    waitForDone: false,
    sidebandAll: false,
  },
  headTarget: 'refs/heads/main',
  headOid: 'a'.repeat(40),
  counts: { refs: 1, branches: 1, tags: 0 },
  empty: false,
};
const without = (name: 'filter' | 'shallow') => ({
  ...offer,
  capabilities: { ...offer.capabilities, [name]: false },
});

describe('planning', () => {
  it('says which way it goes and what a cut costs', () => {
    const plan = planClone(offer, {}, 'example.org');
    expect(plan).toMatchObject({ strategy: 'plain', cutCosts: 'one-entry' });
    expect(plan.sentence).toContain('example.org');
    expect(planClone(without('filter'), {}, 'h').sentence).toContain('slices');
    expect(planClone(offer, { filter: 'blob:limit=1k' }, 'h')).toMatchObject({ cutCosts: 'whole-pack' });
    expect(planClone(without('shallow'), { filter: 'blob:none' }, 'h')).toMatchObject({
      cutCosts: 'whole-pack',
    });
    expect(planSlices('h')).toMatchObject({ strategy: 'slices', cutCosts: 'one-entry' });
  });

  it('completes by id what is whole, in slices what is not or where there are no filters', () => {
    const neither = { ...offer, capabilities: { ...offer.capabilities, filter: false, shallow: false } };
    expect(completionWay(offer, {})).toBe('objects');
    expect(completionWay(without('shallow'), {})).toBe('objects');
    expect(completionWay(without('filter'), {})).toBe('slices');
    expect(completionWay(neither, {})).toBeNull();
    expect(completionWay(offer, { depth: 3 })).toBe('slices');
    expect(completionWay(offer, { filter: 'blob:none' })).toBe('slices');
    expect(completionWay(offer, { filter: 'tree:0', depth: 1 })).toBe('slices');
    // Of a missing blob nobody could tell whether it was left out.
    expect(completionWay(offer, { filter: 'blob:limit=1k' })).toBeNull();
    expect(completionWay({ ...offer, protocolVersion: 0 }, {})).toBeNull();
  });

  it('asks in small requests from the start where connections break early', () => {
    const plan = planClone(offer, {}, 'example.org', { lifeBytes: 4_200_000, cuts: 5, atMs: 0 });
    expect(plan).toMatchObject({ strategy: 'objects', cutCosts: 'one-entry' });
    expect(plan.sentence).toContain('4 MB');
    expect(planClone(without('filter'), {}, 'h', { lifeBytes: 1, cuts: 5, atMs: 0 }).strategy).toBe('plain');
  });

  it("never makes a full clone of a filtered one behind a person's back", () => {
    expect(() => planClone(without('filter'), { filter: 'blob:none' }, 'h')).toThrow(
      expect.objectContaining({ code: 'filter-not-supported' }),
    );
    expect(planClone(offer, { filter: 'blob:none' }, 'h').strategy).toBe('plain');
  });

  it('refuses a depth where the server has none', () => {
    expect(() => planClone(without('shallow'), { depth: 1 }, 'h')).toThrow(
      expect.objectContaining({ code: 'remote-refused' }),
    );
  });

  it('has a sentence for an empty repository too', () => {
    expect(planClone({ ...offer, empty: true }, {}, 'h').sentence).toMatch(/nothing/);
    expect(resumability({ ...offer, empty: true })).toMatch(/empty/);
    const sentences = [offer, without('filter'), { ...offer, protocolVersion: 0 as const }].map(resumability);
    expect(new Set(sentences).size).toBe(3);
  });
});
