/**
 * Which ssh program is run for a remote, and with which words: as git chooses them (connect.c, fill_ssh_args), so that
 * what works with `git clone` works here. Pure, but for the questions it asks through `SshSettings`.
 *
 * One place hands a line to a shell, because git does and it is the user's own: the command of GIT_SSH_COMMAND and
 * core.sshCommand. Nothing of an address ever stands in that line; host, port and path are arguments behind it.
 */

import { EngineError } from '../engine/errors.ts';
import type { DuplexTarget } from '../engine/ports.ts';

export type SshTarget = Extract<DuplexTarget, { transport: 'ssh' }>;

/** Words for options differ; `simple` is a program that takes host and command only. */
export type SshVariant = 'ssh' | 'plink' | 'putty' | 'tortoiseplink' | 'simple';

/** What a person has set; null where nothing is. */
export interface SshSettings {
  /** GIT_SSH_COMMAND, or else core.sshCommand: a line for the shell. */
  commandLine: string | null;
  /** GIT_SSH: a program. */
  program: string | null;
  /** GIT_SSH_VARIANT, or else ssh.variant. */
  variant: string | null;
}

export interface Invocation {
  file: string;
  args: string[];
}

/** A program with the first words of its arguments, and how it was found. */
interface SshProgram {
  /** With more words behind it. */
  with(words: readonly string[]): Invocation;
  /** Its name without a directory; null when it cannot be told. */
  name: string | null;
}

/** In single quotes for a POSIX shell; "!" too, for the C shell (quote.c, sq_quote_buf). */
export function shellQuoted(text: string): string {
  return `'${text.replace(/['!]/g, (character) => `'\\${character}'`)}'`;
}

function nameOf(path: string): string {
  return path.split(process.platform === 'win32' ? /[\\/]/ : '/').at(-1) ?? path;
}

/** The first word of a line as git splits it (alias.c, split_cmdline); null when a quote stays open. */
export function firstWord(line: string): string | null {
  let word = '';
  let quote: string | null = null;
  const text = line.trimStart();
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === null && /\s/.test(character)) break;
    if (quote === null && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = null;
    else if (character === '\\' && quote !== "'") {
      at++;
      if (at >= text.length) return null;
      word += text[at];
    } else word += character;
  }
  return quote === null && word !== '' ? word : null;
}

function sshProgram(settings: SshSettings): SshProgram {
  const { commandLine } = settings;
  if (commandLine !== null) {
    const word = firstWord(commandLine);
    return {
      name: word === null ? null : nameOf(word),
      // As git's run-command.c, prepare_shell_cmd: the line is the user's, what follows are only arguments.
      with: (words) => ({ file: 'sh', args: ['-c', `${commandLine} "$@"`, commandLine, ...words] }),
    };
  }
  const file = settings.program ?? 'ssh';
  return { name: nameOf(file), with: (words) => ({ file, args: [...words] }) };
}

/** What a person or a name says; null when only trying will tell. */
function knownVariant(settings: SshSettings, name: string | null): SshVariant | null {
  switch (settings.variant) {
    case null:
    case 'auto':
      break;
    case 'plink':
    case 'putty':
    case 'tortoiseplink':
    case 'simple':
      return settings.variant;
    default:
      return 'ssh';
  }
  switch (name?.toLowerCase().replace(/\.exe$/, '')) {
    case 'ssh':
      return 'ssh';
    case 'plink':
      return 'plink';
    case 'tortoiseplink':
      return 'tortoiseplink';
    default:
      return null;
  }
}

function options(variant: SshVariant, port: number | null): string[] {
  switch (variant) {
    case 'ssh':
      return ['-o', 'SendEnv=GIT_PROTOCOL', ...(port === null ? [] : ['-p', String(port)])];
    case 'plink':
    case 'putty':
    case 'tortoiseplink':
      // Git asks only the last one not to ask; but here nobody sits at a terminal.
      return ['-batch', ...(port === null ? [] : ['-P', String(port)])];
    case 'simple':
      if (port === null) return [];
      throw new EngineError('option-conflict', {
        option: 'ssh.variant=simple',
        detail: 'This ssh program cannot be given a port.',
      });
  }
}

/** Said again although the address was parsed: here a dash would become an option. */
function destination({ user, host, path }: SshTarget): string {
  if (host === '' || [user ?? '', host, path].some((part) => part.startsWith('-') || part.includes('\0'))) {
    throw new EngineError('url-malformed', { host, detail: 'A part of the address begins with a dash.' });
  }
  return user === null ? host : `${user}@${host}`;
}

function remoteCommand({ path, versionInCommand }: SshTarget): string {
  const command = `git-upload-pack ${shellQuoted(path)}`;
  return versionInCommand === true ? `env GIT_PROTOCOL=version=2 ${command}` : command;
}

/**
 * The whole command. `answersToG` runs a command and says whether it ended with 0: OpenSSH knows `-G` (ssh(1)), and a
 * program with another name is told apart from `simple` ones by that, as git does.
 * @throws EngineError `url-malformed`, `option-conflict`
 */
export async function sshInvocation(
  target: SshTarget,
  settings: SshSettings,
  answersToG: (invocation: Invocation) => Promise<boolean>,
): Promise<Invocation> {
  const host = destination(target);
  const program = sshProgram(settings);
  const variant =
    knownVariant(settings, program.name) ??
    ((await answersToG(program.with(['-G', ...options('ssh', target.port), host]))) ? 'ssh' : 'simple');
  return program.with([...options(variant, target.port), host, remoteCommand(target)]);
}

/** What leads a git to one repository, and so must not reach a program at the other end (environment.c, local_repo_env). */
const repositoryNames = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
]);

/** Ours and Node's: nothing a program of the user should inherit. */
const ownNames = /^(PACKMULE_|ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_)/;

/**
 * The environment of ssh: all of the caller's, since agents, tickets, proxies and wrappers look there, without what
 * means another repository or us.
 */
export function sshEnvironment(
  caller: NodeJS.ProcessEnv,
  askpassEnv?: Record<string, string>,
): Record<string, string> {
  const kept = Object.entries(caller).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !repositoryNames.has(entry[0]) && !ownNames.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    // Why it failed is read from its messages.
    LC_ALL: 'C',
    GIT_PROTOCOL: 'version=2',
    // There is no terminal to ask at, and a window that nobody expects is no answer.
    SSH_ASKPASS_REQUIRE: 'never',
    ...askpassEnv,
  };
}
