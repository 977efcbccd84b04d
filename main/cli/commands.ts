/** What a command line can ask for, as values. */

import type { CloneOptions, FetchOptions } from '../contract/index.ts';

export type JobsNamed = { jobs: string[] } | { all: true };

export interface CloneCommand {
  name: 'clone';
  url: string;
  /** As typed; null for the name git would give. */
  directory: string | null;
  options: CloneOptions;
  quiet: boolean;
  verbose: boolean;
  json: boolean;
}

export interface FetchCommand {
  name: 'fetch';
  /** As typed; null for the current directory. */
  directory: string | null;
  options: FetchOptions;
  quiet: boolean;
  verbose: boolean;
  json: boolean;
}

export interface AdoptCommand {
  name: 'adopt';
  /** As typed. */
  directory: string;
  quiet: boolean;
  verbose: boolean;
  json: boolean;
}

export type Command =
  | CloneCommand
  | AdoptCommand
  | FetchCommand
  | { name: 'list'; json: boolean }
  | { name: 'status'; job: string | null; json: boolean }
  | ({ name: 'pause' } & JobsNamed)
  | ({ name: 'resume' } & JobsNamed)
  | ({ name: 'cancel'; keepPartial: boolean } & JobsNamed)
  | ({ name: 'remove' } & JobsNamed)
  | { name: 'probe'; url: string; json: boolean }
  | { name: 'serve'; port: number | null; open: boolean };

export type ParsedLine =
  | { kind: 'command'; home: string | null; command: Command }
  /** Asked for: `--help`, `--version`. */
  | { kind: 'text'; text: string }
  /** Cannot be understood; the text says why. `json`: the caller reads NDJSON all the same. */
  | { kind: 'usage'; text: string; json: boolean };
