/** From the words of a command line to a command. Pure: nothing is printed, nothing ends the process. */

import { Command as Program, CommanderError, InvalidArgumentError } from 'commander';
import type { CloneOptions } from '../contract/index.ts';
import type { Command, JobsNamed, ParsedLine } from './commands.ts';
import { addAdopt, addFetch } from './fetch-words.ts';
import { helpExamples } from './help-text.ts';

/** Reads what follows the program's name. */
export function parseCommandLine(words: readonly string[], version: string): ParsedLine {
  const json = words.includes('--json');
  const unsupported = optionNotYet(words);
  if (unsupported !== null) return { kind: 'usage', text: unsupported, json };

  let command: Command | null = null;
  let printed = '';
  const program = build(version, (parsed) => (command = parsed));
  const quiet = {
    writeOut: (text: string) => (printed += text),
    writeErr: (text: string) => (printed += text),
  };
  for (const part of [program, ...program.commands]) part.exitOverride().configureOutput(quiet);
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') {
      return { kind: 'text', text: printed };
    }
    return { kind: 'usage', text: usageText(error, printed, words), json };
  }
  if (command === null) return { kind: 'usage', text: program.helpInformation(), json };
  const { home } = program.opts<{ home?: string }>();
  if (home === '') return { kind: 'usage', text: sentence('--home needs the name of a directory.'), json };
  return { kind: 'command', home: home ?? null, command };
}

/** git-clone(1) options that are known and not done yet: said in words instead of "unknown option". */
function optionNotYet(words: readonly string[]): string | null {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  const found = options.find((word) => /^--(recurse-submodules|recursive)(=|$)/.test(word));
  if (found === undefined || !words.includes('clone')) return null;
  return sentence(
    `${found.replace(/=.*/s, '')} is not supported yet. Clone without it, then run "git submodule update --init --recursive" there.`,
  );
}

function sentence(text: string): string {
  return `packmule: ${text}\n`;
}

function usageText(error: CommanderError, printed: string, words: readonly string[]): string {
  // No command at all: commander has printed the help page.
  if (error.code === 'commander.help') return printed;
  const about = commandNames.find((name) => words.includes(name));
  const said = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  const whole = /[.?!]$/.test(said) ? said : `${said}.`;
  return sentence(`${whole} See "packmule ${about === undefined ? '' : `${about} `}--help".`);
}

const commandNames = [
  'clone',
  'fetch',
  'adopt',
  'list',
  'status',
  'pause',
  'resume',
  'cancel',
  'remove',
  'probe',
  'serve',
] as const;

function build(version: string, take: (command: Command) => void): Program {
  const program = new Program('packmule')
    .description(
      'Clones Git repositories over bad networks: pause, resume, restart; nothing that arrived is lost.',
    )
    .option(
      '--home <directory>',
      "where Packmule keeps its queue (else PACKMULE_HOME, else the system's place)",
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this page')
    .helpCommand(false)
    .addHelpText('after', helpExamples.packmule);
  addClone(program, take);
  addFetch(program, take, notEmpty);
  addAdopt(program, take);
  addLookers(program, take);
  addQueue(program, take);
  addServices(program, take);
  return program;
}

interface CloneFlags {
  bare?: true;
  mirror?: true;
  branch?: string;
  singleBranch?: boolean;
  depth?: number;
  tags: boolean;
  origin?: string;
  checkout: boolean;
  filter?: string;
  bundleUri?: string;
  config?: string[];
  quiet?: true;
  verbose?: true;
  json?: true;
}

function addClone(program: Program, take: (command: Command) => void): void {
  program
    .command('clone')
    .description('Clone a repository, or go on with a clone that was stopped.')
    .argument('<url>', 'address of the repository')
    .argument('[dir]', 'where to; else the name git would give, in the current directory')
    .option('--bare', 'make a bare repository')
    .option('--mirror', 'make a bare repository with every ref as it is there')
    .option('-b, --branch <name>', 'check out this branch or tag', notEmpty)
    .option('--single-branch', 'fetch one branch only')
    .option('--no-single-branch', 'fetch all branches, also with --depth')
    .option('--depth <count>', 'fetch this many commits of history', depth)
    .option('--no-tags', 'fetch no tags')
    .option('-o, --origin <name>', 'name of the remote', notEmpty)
    .option('-n, --no-checkout', 'write no working tree')
    .option('--filter <spec>', 'leave objects out, as in git-rev-list(1), e.g. blob:none', notEmpty)
    .option(
      '--bundle-uri <uri>',
      'fetch this bundle, or list of bundles, before asking the server',
      bundleUri,
    )
    .option('-c, --config <key=value>', 'set in the new repository; may be repeated', configEntry)
    .option('--recurse-submodules', 'not supported yet')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'also say what the plan is and what happens on the way')
    .option('--json', 'report as lines of JSON on standard output')
    .addHelpText('after', helpExamples.clone)
    .action((url: string, dir: string | undefined, flags: CloneFlags) => {
      take({
        name: 'clone',
        url,
        directory: dir ?? null,
        options: cloneOptions(flags),
        quiet: flags.quiet ?? false,
        verbose: flags.verbose ?? false,
        json: flags.json ?? false,
      });
    });
}

function cloneOptions(flags: CloneFlags): CloneOptions {
  const options: CloneOptions = {};
  if (flags.bare) options.bare = true;
  if (flags.mirror) options.mirror = true;
  if (flags.branch !== undefined) options.branch = flags.branch;
  if (flags.singleBranch !== undefined) options.singleBranch = flags.singleBranch;
  if (flags.depth !== undefined) options.depth = flags.depth;
  if (!flags.tags) options.noTags = true;
  if (flags.origin !== undefined) options.origin = flags.origin;
  if (!flags.checkout) options.noCheckout = true;
  if (flags.filter !== undefined) options.filter = flags.filter;
  if (flags.bundleUri !== undefined) options.bundleUri = flags.bundleUri;
  if (flags.config !== undefined) options.config = flags.config;
  return options;
}

function addQueue(program: Program, take: (command: Command) => void): void {
  const command = (
    name: 'pause' | 'resume' | 'cancel' | 'remove',
    description: string,
    all: string,
  ): Program =>
    program
      .command(name)
      .description(description)
      .argument('[job...]', 'id, beginning of an id, or directory')
      .option('--all', all)
      .addHelpText('after', helpExamples[name]);

  command('pause', 'Stop jobs; what arrived is kept.', 'every job that is not finished').action(
    (jobs: string[], flags: { all?: true }, self: Program) =>
      take({ name: 'pause', ...named(jobs, flags, self) }),
  );
  command('resume', 'Go on with jobs.', 'every job that is stopped').action(
    (jobs: string[], flags: { all?: true }, self: Program) =>
      take({ name: 'resume', ...named(jobs, flags, self) }),
  );
  command('cancel', 'End jobs for good.', 'every job that is not finished')
    .option('--keep-partial', 'keep what arrived, beside the target')
    .action((jobs: string[], flags: { all?: true; keepPartial?: true }, self: Program) =>
      take({ name: 'cancel', keepPartial: flags.keepPartial ?? false, ...named(jobs, flags, self) }),
    );
  command(
    'remove',
    'Take jobs off the list, with what they left behind.',
    'every job that is not running',
  ).action((jobs: string[], flags: { all?: true }, self: Program) =>
    take({ name: 'remove', ...named(jobs, flags, self) }),
  );
}

function named(jobs: string[], flags: { all?: true }, command: Program): JobsNamed {
  if (flags.all && jobs.length > 0) command.error('Name jobs or say --all, not both.');
  if (!flags.all && jobs.length === 0) command.error('Name a job, or say --all.');
  return flags.all ? { all: true } : { jobs };
}

function addLookers(program: Program, take: (command: Command) => void): void {
  program
    .command('list')
    .description('List all jobs.')
    .option('--json', 'as lines of JSON')
    .addHelpText('after', helpExamples.list)
    .action((flags: { json?: true }) => take({ name: 'list', json: flags.json ?? false }));
  program
    .command('status')
    .description('Tell everything about one job, or how the queue stands.')
    .argument('[job]', 'id, beginning of an id, or directory')
    .option('--json', 'as lines of JSON')
    .addHelpText('after', helpExamples.status)
    .action((job: string | undefined, flags: { json?: true }) =>
      take({ name: 'status', job: job ?? null, json: flags.json ?? false }),
    );
}

function addServices(program: Program, take: (command: Command) => void): void {
  program
    .command('probe')
    .description('Ask a server what it offers, and fetch nothing.')
    .argument('<url>', 'address of the repository')
    .option('--json', 'as lines of JSON')
    .addHelpText('after', helpExamples.probe)
    .action((url: string, flags: { json?: true }) => take({ name: 'probe', url, json: flags.json ?? false }));
  program
    .command('serve')
    .description('Offer the interface to a web browser on this computer.')
    .option('--port <number>', 'port to listen on; else any that is free', port)
    .option('--no-open', 'only print the address, open no browser')
    .addHelpText('after', helpExamples.serve)
    .action((flags: { port?: number; open: boolean }) =>
      take({ name: 'serve', port: flags.port ?? null, open: flags.open }),
    );
}

function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

function depth(value: string): number {
  // git's own bound: a depth is a positive int (git-clone(1), builtin/clone.c).
  if (!/^[1-9]\d{0,9}$/.test(value) || Number(value) > 0x7fff_ffff) {
    throw new InvalidArgumentError('It must be a positive whole number.');
  }
  return Number(value);
}

function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  }
  return Number(value);
}

function bundleUri(value: string): string {
  if (!/^https?:\/\//i.test(value))
    throw new InvalidArgumentError(
      'Only http:// and https:// addresses are fetched; files are not supported yet.',
    );
  return value;
}

function configEntry(value: string, before: string[] | undefined): string[] {
  // git-config(1): section, optional subsection, name; the name begins with a letter.
  if (!/^[A-Za-z0-9-]+\.(?:[^\n=]*\.)?[A-Za-z][A-Za-z0-9-]*(=|$)/.test(value)) {
    throw new InvalidArgumentError('It must be a key with a section, as in core.autocrlf=false.');
  }
  return [...(before ?? []), value];
}
