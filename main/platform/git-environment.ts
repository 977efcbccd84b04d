import path from 'node:path';
import type { GitOptions } from '../engine/ports.ts';

const isWindows = process.platform === 'win32';

/** Git understands this name on every platform, Windows included. */
export const nowhere = '/dev/null';

/**
 * What a git of ours may know of its caller. Everything else stays behind: a GIT_DIR or GIT_CONFIG_PARAMETERS of a
 * terminal or a hook would silently lead it to another repository (git(1), ENVIRONMENT VARIABLES).
 */
const keptNames = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SSH_AUTH_SOCK',
  // Which Xcode the git of macOS forwards to.
  'DEVELOPER_DIR',
];

const keptNamesOnWindows = [
  'USERPROFILE',
  'USERNAME',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'COMSPEC',
  'PATHEXT',
];

/** Filters of the user's own configuration (such as large file storage) may need the network. */
const keptNamesAsUser = [
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'all_proxy',
  'ALL_PROXY',
];

/** The environment of one git, from scratch. A pure function of the caller's and the options. */
export function gitEnvironment(caller: NodeJS.ProcessEnv, options: GitOptions): Record<string, string> {
  const asUser = options.configuration === 'as-user';
  const kept = [...keptNames, ...(isWindows ? keptNamesOnWindows : []), ...(asUser ? keptNamesAsUser : [])];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = caller[name];
    if (value !== undefined) env[name] = value;
  }
  // Messages and progress lines are read by us.
  env['LC_ALL'] = 'C';
  env['GIT_TERMINAL_PROMPT'] = '0';
  env['GIT_OPTIONAL_LOCKS'] = '0';
  // A missing object is for us to fetch, never for git behind our back.
  env['GIT_NO_LAZY_FETCH'] = '1';
  if (!asUser) {
    env['GIT_CONFIG_NOSYSTEM'] = '1';
    env['GIT_CONFIG_GLOBAL'] = nowhere;
    env['GIT_ATTR_NOSYSTEM'] = '1';
    env['GIT_NO_REPLACE_OBJECTS'] = '1';
  }
  // cmd's old habit of looking for programs in the current directory first.
  if (isWindows) env['NoDefaultCurrentDirectoryInExePath'] = '1';
  const ours = [options.gitDir, options.workTree]
    .filter((each) => each !== undefined)
    .map((each) => path.resolve(each));
  if (options.gitDir !== undefined) env['GIT_DIR'] = path.resolve(options.gitDir);
  if (options.workTree !== undefined) env['GIT_WORK_TREE'] = path.resolve(options.workTree);
  // Some disks (network shares, FAT) show every file as somebody else's. We made these directories, and only these are
  // vouched for (git-config(1), safe.directory).
  env['GIT_CONFIG_COUNT'] = String(ours.length);
  for (const [index, directory] of ours.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = 'safe.directory';
    env[`GIT_CONFIG_VALUE_${index}`] = directory.replaceAll('\\', '/');
  }
  return { ...env, ...options.env };
}

/** What stands before the command: no hooks, no housekeeping in the background, no helper programs named by URLs. */
export function gitArguments(args: readonly string[], options: GitOptions): string[] {
  const config = [
    `core.hooksPath=${nowhere}`,
    'gc.auto=0',
    'maintenance.auto=false',
    'protocol.ext.allow=never',
    ...(options.config ?? []),
  ];
  return [...config.flatMap((each) => ['-c', each]), ...args];
}
