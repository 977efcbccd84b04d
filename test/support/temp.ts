/** Directories for one process's tests: made on demand, removed together. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

/** A fresh empty directory. It goes away with `removeTempDirs`, or when the process ends in good order. */
export function makeTempDir(label = 'test'): string {
  if (made.size === 0) process.once('exit', removeTempDirs);
  const path = mkdtempSync(join(tmpdir(), `packmule-${label}-`));
  made.add(path);
  return path;
}

/** For `afterAll`: test workers may be ended without an exit event. */
export function removeTempDirs(): void {
  for (const path of made) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // A test may have made something read-only, or a process may still write there; the next run is not harmed.
    }
  }
  made.clear();
}

/** A directory that outlives the process, for what is slow to build and the same every time. */
export function keptTempDir(label: string): string {
  const path = join(tmpdir(), `packmule-kept-${userInfo().uid}`, label);
  mkdirSync(path, { recursive: true });
  return path;
}
