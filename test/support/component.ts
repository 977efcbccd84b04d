/** Programs that some tests need and not every machine has. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a command is, looked up on the path; null when it is not there. */
export function findCommand(name: string): string | null {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

/**
 * For `test.skipIf`: whether the tests that need this command are to be left out here. Says so aloud. Where everything
 * must be present (`PACKMULE_REQUIRE_ALL=1`, as in CI) nothing is left out: the tests then fail by themselves.
 */
export function lacks(name: string): boolean {
  if (findCommand(name) !== null) return false;
  if (process.env['PACKMULE_REQUIRE_ALL'] === '1') return false;
  console.warn(`Left out: tests that need "${name}", which is not on this machine.`);
  return true;
}
