/** The program that is named to ssh as SSH_ASKPASS: ssh runs one file without arguments of ours, so it is written. */

import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `program` holds: `node` with our entry and ssh's words. Pure. */
export function askpassScript(node: string, entry: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    // cmd replaces %names% even between quotes.
    const literal = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
    return `@echo off\r\n${literal(node)} ${literal(entry)} %*\r\n`;
  }
  const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh\nexec ${quoted(node)} ${quoted(entry)} "$@"\n`;
}

/**
 * Writes the program into `home` and answers with the environment that makes ssh use it, without the token. Null within
 * Electron: its program cannot be run as Node in our packages (Electron documentation, "Electron Fuses"), so there ssh
 * asks nobody and needs an agent.
 */
export function askpassEnvironment(
  home: string,
  surroundings: Pick<NodeJS.Process, 'execPath' | 'platform' | 'env' | 'versions'>,
): Record<string, string> | null {
  const { execPath, platform, env, versions } = surroundings;
  if (versions['electron'] !== undefined) return null;
  const entryName = import.meta.url.endsWith('.ts') ? './askpass.ts' : './askpass.js';
  const entry = fileURLToPath(new URL(entryName, import.meta.url));
  const program = join(home, platform === 'win32' ? 'askpass.cmd' : 'askpass');
  // Beside and renamed: an ssh of an engine that was here before may be about to run it.
  const fresh = `${program}.new`;
  writeFileSync(fresh, askpassScript(execPath, entry, platform), { mode: 0o700 });
  chmodSync(fresh, 0o700);
  renameSync(fresh, program);
  return {
    SSH_ASKPASS: program,
    SSH_ASKPASS_REQUIRE: 'force',
    // OpenSSH before 8.4 asks only where there is a display (ssh(1), SSH_ASKPASS).
    DISPLAY: env['DISPLAY'] || ':0',
    PACKMULE_HOME: home,
  };
}
