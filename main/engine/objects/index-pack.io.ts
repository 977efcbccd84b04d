/** Hands a pack to `git index-pack --stdin` while it arrives; git checks, resolves and stores it. */

import { EngineError } from '../errors.ts';
import type { Git } from '../ports.ts';
import { readProgress } from './index-progress.ts';

export interface VerifiedPack {
  /** The pack's checksum, by which its files are named. */
  hash: string;
  /** Everything the pack's objects name is in the pack itself: nothing is left for a walk to find out. */
  selfContained: boolean;
}

export interface IndexListener {
  onObjects(done: number, total: number): void;
  onDeltas(done: number, total: number): void;
}

export interface Indexing {
  write(chunk: Uint8Array): Promise<void>;
  /** Call after the last byte. Throws `pack-corrupt` when git refuses what came, else `git-failed`/`disk-full`. */
  finish(): Promise<VerifiedPack>;
  /** Ends git now; its temporary files stay for the caller to sweep. */
  abandon(): Promise<void>;
}

/** What git says when the disk is at fault and not the pack. */
const diskFull = /no space left on device|disk quota exceeded/i;
const packAtFault =
  /inflate returned|bad object|pack has|pack is corrupted|pack exceeds|early EOF|unresolved delta|SHA1 COLLISION|hash mismatch|invalid|serious inflate|unknown object type|signature mismatch|version \d+ unsupported|missing|broken link/i;

export function indexFailure(exitCode: number | null, stderr: string): EngineError {
  const detail =
    stderr
      .split('\n')
      .filter((line) => /^(fatal|error):/.test(line))
      .join('\n') || stderr.slice(-500);
  if (diskFull.test(stderr)) return new EngineError('disk-full', { detail });
  if (packAtFault.test(stderr)) return new EngineError('pack-corrupt', { detail });
  return new EngineError('git-failed', {
    detail: `index-pack ended with ${exitCode ?? 'a signal'}: ${detail}`,
  });
}

/**
 * @param checkClosure also follow every link inside the pack (git-index-pack(1), --check-self-contained-and-connected);
 *   not for shallow or filtered packs, whose links lead outside on purpose
 * @param thin deltas may lean on objects that are here and not in the pack; git puts them in (--fix-thin)
 * @param promisor mark the pack as coming from a promisor remote (partial clone)
 */
export function startIndexing(
  git: Git,
  gitDir: string,
  options: {
    checkClosure: boolean;
    promisor: boolean;
    thin?: boolean;
    listener: IndexListener;
    signal: AbortSignal;
  },
): Indexing {
  const args = ['index-pack', '--stdin', '-v'];
  if (options.checkClosure) args.push('--check-self-contained-and-connected');
  if (options.thin === true) args.push('--fix-thin');
  if (options.promisor) args.push('--promisor');
  const child = git.start(args, {
    gitDir,
    signal: options.signal,
    onProgress: (line) => {
      const progress = readProgress(line);
      if (progress?.title === 'Resolving deltas') options.listener.onDeltas(progress.done, progress.total);
      else if (progress !== null) options.listener.onObjects(progress.done, progress.total);
    },
  });
  const output = (async () => {
    let text = '';
    for await (const chunk of child.output) text += new TextDecoder().decode(chunk);
    return text;
  })();
  // Read by `finish`; after an abort nobody asks any more, and its failure is an echo.
  output.catch(() => {});

  return {
    write: async (chunk) => {
      try {
        await child.write(chunk);
      } catch (error) {
        options.signal.throwIfAborted();
        const { exitCode, stderr } = await child.ended;
        throw stderr === '' ? error : indexFailure(exitCode, stderr);
      }
    },
    finish: async () => {
      child.endInput();
      const [{ exitCode, stderr }, text] = await Promise.all([child.ended, output]);
      options.signal.throwIfAborted();
      // Exit code 1 after "pack <hash>" means: stored, but not self-contained (builtin/index-pack.c).
      const hash = /^(?:pack|keep)\t([0-9a-f]{40,64})$/m.exec(text)?.[1];
      if (hash === undefined || (exitCode !== 0 && exitCode !== 1)) throw indexFailure(exitCode, stderr);
      return { hash, selfContained: options.checkClosure && exitCode === 0 };
    },
    abandon: async () => {
      child.kill();
      await child.ended;
    },
  };
}
