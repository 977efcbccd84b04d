/** Where Packmule keeps what it knows. Pure: the platform, the environment and the home directory are arguments. */

import { posix, win32 } from 'node:path';

export interface Surroundings {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  /** The person's home directory, absolute. */
  homeDirectory: string;
  /** What relative paths are relative to. */
  workingDirectory: string;
}

/**
 * The directory that holds the database, the logs and the lock; absolute. In order: `asked` (`--home`),
 * `PACKMULE_HOME`, then the platform's place for an application's data: `$XDG_DATA_HOME/packmule` (XDG Base Directory
 * Specification: a relative value there is to be ignored), `~/Library/Application Support/Packmule`,
 * `%APPDATA%\Packmule`.
 */
export function packmuleHome(surroundings: Surroundings, asked: string | null = null): string {
  const { platform, env, homeDirectory, workingDirectory } = surroundings;
  const path = platform === 'win32' ? win32 : posix;
  const wish = asked ?? (env['PACKMULE_HOME'] === '' ? undefined : env['PACKMULE_HOME']);
  if (wish !== undefined) return path.resolve(workingDirectory, wish);
  if (platform === 'win32') {
    const roaming = env['APPDATA'];
    return path.join(
      roaming === undefined || roaming === '' ? path.join(homeDirectory, 'AppData', 'Roaming') : roaming,
      'Packmule',
    );
  }
  if (platform === 'darwin') return path.join(homeDirectory, 'Library', 'Application Support', 'Packmule');
  const data = env['XDG_DATA_HOME'];
  return path.join(
    data !== undefined && path.isAbsolute(data) ? data : path.join(homeDirectory, '.local', 'share'),
    'packmule',
  );
}
