/** A history as people make it: topics that grow side by side and are merged, releases with tags, and oddities. */

import { join } from 'node:path';
import { FastImportStream, type FileChange } from './fast-import.ts';
import { git, gitBytes } from './git.ts';
import { noise, seededFractions } from './noise.ts';
import { makeTempDir } from './temp.ts';

export interface BranchyWish {
  commits: number;
  /** Of incompressible content on top, spread over the history. */
  noiseBytes: number;
  seed?: number;
}

const topicsAtOnce = 5;
const noiseEach = 20_000;

/** Text files that are edited a line at a time, each topic from where the main branch was when it began. */
class Work {
  readonly #fraction: () => number;
  readonly #files = new Map<string, string[]>();

  constructor(fraction: () => number) {
    this.#fraction = fraction;
  }

  edit(number: number): FileChange {
    const path = `area-${Math.floor(this.#fraction() * 8)}/deep/er/module-${Math.floor(this.#fraction() * 30)}.txt`;
    const lines =
      this.#files.get(path) ??
      Array.from({ length: 80 }, (_, line) => `${path} ${line} ${this.#fraction().toString(36)}`);
    this.#files.set(path, lines);
    // Now and then something goes back to what it was: the same content in commits far apart.
    const text = this.#fraction() < 0.1 ? 'the first state' : `edited in ${number} ${this.#fraction()}`;
    lines[Math.floor(this.#fraction() * lines.length)] = text;
    return { path, content: `${lines.join('\n')}\n` };
  }
}

/**
 * With merges, lightweight and annotated tags, tags of a tag, a tree and a blob, a branch without a common commit, and
 * branches that were never merged. Packed as one pack with deltas; removed with the test's temporary directories.
 */
export async function makeBranchyRepo({ commits, noiseBytes, seed = 1 }: BranchyWish): Promise<string> {
  const path = join(makeTempDir('branchy'), 'branchy.git');
  await git(['init', '-q', '--bare', '-b', 'main', path]);
  const fraction = seededFractions(seed);
  const stream = new FastImportStream();
  const work = new Work(fraction);
  let main = stream.commit({ branch: 'refs/heads/main', changes: [work.edit(0)] });
  const topics: string[] = [];
  const noiseFiles = Math.ceil(noiseBytes / noiseEach);
  let noiseMade = 0;
  for (let number = 1; number < commits; number++) {
    const changes = [work.edit(number)];
    if (noiseMade < (number / commits) * noiseFiles) {
      noiseMade++;
      changes.push({
        path: `assets/${noiseMade % 9}/${noiseMade}.bin`,
        content: noise(noiseEach, noiseMade),
      });
    }
    const choice = fraction();
    const slot = Math.floor(fraction() * topicsAtOnce);
    const topic = topics[slot];
    if (choice < 0.2 && topic !== undefined) {
      main = stream.commit({ branch: 'refs/heads/main', from: main, merge: [topic], changes });
      topics.splice(slot, 1);
    } else if (choice < 0.75) {
      const from = topic ?? main;
      topics[topic === undefined ? topics.length : slot] = stream.commit({
        branch: `refs/heads/topic/${topic === undefined ? number : `old-${slot}`}`,
        from,
        changes,
      });
    } else main = stream.commit({ branch: 'refs/heads/main', from: main, changes });
    if (number % 50 === 0) stream.tag(`v${number}`, main);
    if (number % 70 === 0) stream.reset(`refs/tags/light-${number}`, main);
  }
  stream.commit({
    branch: 'refs/heads/alone',
    changes: [{ path: 'pages/index.html', content: noise(5000, 99) }],
  });
  await gitBytes(['-C', path, 'fast-import', '--quiet'], { input: Buffer.concat(stream.chunks) });
  await addOddities(path);
  await git(['-C', path, 'repack', '-q', '-a', '-d', '-f', '--window=10', '--depth=50']);
  return path;
}

/** What fast-import does not make. */
async function addOddities(path: string): Promise<void> {
  const run = async (args: string[], input = '') => (await git(['-C', path, ...args], { input })).trim();
  const blob = await run(['hash-object', '-w', '--stdin'], 'a key\n');
  const inner = await run(['mktree'], `100644 blob ${blob}\tonly-in-a-tag\n`);
  const side = await run(['mktree'], `040000 tree ${inner}\tbelow\n`);
  await run(['tag', 'of-a-blob', blob]);
  await run(['tag', 'of-a-tree', side]);
  await run(['tag', '-a', '-m', 'a tree', 'annotated-tree', 'main^{tree}']);
  await run(['tag', '-a', '-m', 'a tag', 'of-a-tag', 'v50']);
}
