/** A repository large enough to measure with. */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FastImportStream, type FileChange } from './fast-import.ts';
import { git, gitBytes } from './git.ts';
import { noise, seededFractions } from './noise.ts';
import { keptTempDir } from './temp.ts';

export interface BigRepoWish {
  /** At least so many objects. */
  objects: number;
  /** Incompressible content on top, spread over the history, to reach a pack of about this size. */
  noiseBytes?: number;
}

/**
 * A repository with a realistic history: many small edits to text files in a tree of directories, packed with deltas.
 * Kept on disk between runs; about 20 s per 100,000 objects when it is new.
 */
export async function makeBigRepo({ objects, noiseBytes = 0 }: BigRepoWish): Promise<string> {
  const path = join(keptTempDir('repos'), `big-v2-${objects}-${noiseBytes}.git`);
  if (existsSync(path)) return path;
  const work = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const fresh = await gitInitBig(work);
  await gitBytes(['-C', fresh, 'fast-import', '--quiet'], { input: bigHistory(objects, noiseBytes) });
  await git(['-C', fresh, 'repack', '-q', '-a', '-d', '-f', '--window=10', '--depth=50']);
  try {
    renameSync(fresh, path);
  } catch {
    // Another process was quicker with the same repository.
    rmSync(fresh, { recursive: true, force: true });
  }
  return path;
}

async function gitInitBig(path: string): Promise<string> {
  rmSync(path, { recursive: true, force: true });
  await git(['init', '-q', '--bare', '-b', 'main', path]);
  await git(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
  return path;
}

/** Each commit makes five objects: itself, two or three trees, one or two blobs. Streamed: the whole is large. */
function* bigHistory(objects: number, noiseBytes: number): Generator<Uint8Array> {
  const fraction = seededFractions(objects);
  const files = new Map<string, string[]>();
  const commits = Math.ceil(objects / 5) + 1;
  const noiseEach = 65_536;
  const noiseFiles = Math.ceil(noiseBytes / noiseEach);
  let noiseMade = 0;
  for (let number = 0; number < commits; number++) {
    const stream = new FastImportStream();
    const changes: FileChange[] = [];
    for (let edit = 0; edit < 2; edit++) {
      const path = `area-${Math.floor(fraction() * 12)}/module-${Math.floor(fraction() * 40)}.txt`;
      let lines = files.get(path);
      if (lines === undefined) {
        lines = Array.from({ length: 60 }, (_, index) => `${path} line ${index} ${fraction().toString(36)}`);
        files.set(path, lines);
      }
      lines[Math.floor(fraction() * lines.length)] = `edited in ${number}.${edit} ${fraction().toString(36)}`;
      changes.push({ path, content: `${lines.join('\n')}\n` });
    }
    while (noiseMade < noiseFiles && noiseMade < ((number + 1) / commits) * noiseFiles) {
      noiseMade += 1;
      changes.push({
        path: `assets/${noiseMade % 64}/${noiseMade}.bin`,
        content: noise(noiseEach, noiseMade),
      });
    }
    stream.commit({ branch: 'refs/heads/main', message: `Edit ${number}\n`, changes });
    yield Buffer.concat(stream.chunks);
  }
}
