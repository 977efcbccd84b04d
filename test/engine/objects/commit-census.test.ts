import { afterAll, describe, expect, it } from 'vitest';
import { CommitCensus } from '../../../main/engine/objects/commit-census.io.ts';
import { OidList } from '../../../main/git/index.ts';
import { createGit } from '../../../main/platform/index.ts';
import { git } from '../../support/git.ts';
import { seededFractions } from '../../support/noise.ts';
import { makePartialRepo } from '../../support/partial-repo.ts';
import { hexOids } from '../../support/random-oids.ts';
import { makeRandomRepo } from '../../support/random-repo.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

describe.each(['sha1', 'sha256'] as const)('the census of commits and tags, %s', (format) => {
  const oidBytes = format === 'sha1' ? 20 : 32;

  async function setUp(seed: number) {
    const whole = await makeRandomRepo(makeTempDir('whole'), { seed, objectFormat: format, commits: 25 });
    const repo = await makePartialRepo(makeTempDir('part'), whole, format);
    const present = new Set<string>();
    const reader = { git: createGit(), gitDir: repo.gitDir, format, signal: new AbortController().signal };
    const census = new CommitCensus(reader, (oid) => present.has(oid));
    const bring = async (ids: string[]) => {
      await repo.add(ids);
      for (const id of ids) present.add(id);
      const list = new OidList(oidBytes);
      for (const id of ids) list.pushHex(id);
      await census.read(list);
    };
    return { whole, repo, present, census, bring };
  }

  it.each([21, 22, 23])('names what is missing until everything is here, seed %d', async (seed) => {
    const { repo, present, census, bring } = await setUp(seed);
    const fraction = seededFractions(seed);
    expect(new Set(census.frontier(repo.wants, true).missing)).toEqual(new Set(repo.wants));
    await bring([...repo.all].filter(([, type]) => type === 'commit' && fraction() < 0.5).map(([id]) => id));
    for (;;) {
      const { missing, shallow, haves } = census.frontier(repo.wants, true);
      if (missing.length === 0) break;
      expect(new Set(missing).size).toBe(missing.length);
      for (const id of missing) expect(present.has(id) || !repo.all.has(id), id).toBe(false);
      for (const id of [...shallow, ...haves]) expect(present.has(id), id).toBe(true);
      // One at least, not all: tags of tags show themselves one after the other.
      await bring(missing.slice(0, 1 + Math.floor(fraction() * missing.length)));
    }
    const left = [...repo.all].filter(
      ([id, type]) => !present.has(id) && (type === 'commit' || type === 'tag'),
    );
    expect(left).toEqual([]);
    expect(census.graph.size).toBe([...repo.all.values()].filter((type) => type === 'commit').length);
  });

  it('finds the trees of all commits, and those that refs and tags name, each once', async () => {
    const { whole, repo, present, census, bring } = await setUp(24);
    await bring([...repo.all.keys()]);
    expect(present.size).toBe(repo.all.size);
    const roots = [census.newRootTrees(repo.wants), await census.looseTrees(repo.wants)].flatMap((oids) =>
      hexOids(oids, oidBytes),
    );
    expect(census.newRootTrees(repo.wants).length, 'only once').toBe(0);
    const ofCommits = await git(['-C', whole, 'log', '--all', '--format=%T']);
    const expected = new Set(ofCommits.split('\n'));
    const peeled = await git(['-C', whole, 'for-each-ref', '--format=%(objectname) %(*objectname)']);
    for (const id of peeled.split(/\s+/)) if (repo.all.get(id) === 'tree') expected.add(id);
    expect(roots.toSorted()).toEqual([...expected].sort());
  });
});
