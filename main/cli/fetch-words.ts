/** The words of `packmule fetch` and `packmule adopt`: what is done to a directory that is here. Pure. */

import type { Command as Program } from 'commander';
import type { FetchOptions } from '../contract/index.ts';
import type { Command } from './commands.ts';
import { helpExamples } from './help-text.ts';

interface FetchFlags {
  remote?: string;
  prune?: boolean;
  tags?: boolean;
  quiet?: true;
  verbose?: true;
  json?: true;
}

export function addFetch(
  program: Program,
  take: (command: Command) => void,
  notEmpty: (value: string) => string,
): void {
  program
    .command('fetch')
    .description('Bring a repository up to date with its remote, or go on with that.')
    .argument('[dir]', 'the repository, or anything inside it; else the current directory')
    .option('--remote <name>', "the remote; else the current branch's, or origin", notEmpty)
    .option('-p, --prune', 'delete remote-tracking refs of what the remote has no more')
    .option('--no-prune', 'delete none, whatever is configured')
    .option('-t, --tags', 'fetch all tags')
    .option('--no-tags', 'fetch no tags by themselves')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'also say what the plan is and what happens on the way')
    .option('--json', 'report as lines of JSON on standard output')
    .addHelpText('after', helpExamples.fetch)
    .action((dir: string | undefined, flags: FetchFlags) => {
      take({
        name: 'fetch',
        directory: dir ?? null,
        options: fetchOptions(flags),
        quiet: flags.quiet ?? false,
        verbose: flags.verbose ?? false,
        json: flags.json ?? false,
      });
    });
}

export function addAdopt(program: Program, take: (command: Command) => void): void {
  program
    .command('adopt')
    .description('Go on with what a killed "git clone" or "git fetch" left.')
    .argument('<dir>', 'the directory git was downloading into')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'also say what the plan is and what happens on the way')
    .option('--json', 'report as lines of JSON on standard output')
    .addHelpText('after', helpExamples.adopt)
    .action((directory: string, flags: Pick<FetchFlags, 'quiet' | 'verbose' | 'json'>) => {
      const { quiet = false, verbose = false, json = false } = flags;
      take({ name: 'adopt', directory, quiet, verbose, json });
    });
}

function fetchOptions(flags: FetchFlags): FetchOptions {
  const options: FetchOptions = {};
  if (flags.remote !== undefined) options.remote = flags.remote;
  if (flags.prune !== undefined) options.prune = flags.prune;
  if (flags.tags !== undefined) options.tags = flags.tags ? 'all' : 'none';
  return options;
}
