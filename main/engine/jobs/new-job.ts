/** The first record of a job. Pure. */

import { EngineError } from '../errors.ts';
import { isBranchName, parseArtefactUrl, RemoteUrlError } from '../../git/index.ts';
import type { CloneOptions, FetchOptions, StoredFetch, StoredJob } from './records.ts';

export interface CloneWish {
  url: string;
  directory?: string;
  options: CloneOptions;
  start?: 'now' | 'paused';
}

/** `directory` absolute: a repository or anything inside one. */
export interface FetchWish {
  directory: string;
  options: FetchOptions;
  start?: 'now' | 'paused';
}

/** `directory` absolute: what a killed git has left. */
export interface AdoptWish {
  directory: string;
  start?: 'now' | 'paused';
}

/** Refuses what git would refuse, before anything is touched (builtin/clone.c). */
export function checkOptions(options: CloneOptions): void {
  if (options.bare === true && options.origin !== undefined && options.mirror !== true) {
    throw new EngineError('option-conflict', {
      option: '--bare',
      detail: '--bare and --origin do not go together.',
    });
  }
  if (options.depth !== undefined && (!Number.isInteger(options.depth) || options.depth < 1)) {
    throw new EngineError('option-conflict', {
      option: '--depth',
      detail: 'The depth must be a whole number above 0.',
    });
  }
  if (options.origin !== undefined && !isBranchName(options.origin)) {
    throw new EngineError('ref-name-malformed', { option: '--origin', detail: options.origin });
  }
  if (options.branch?.startsWith('-') === true) {
    throw new EngineError('ref-name-malformed', { branch: options.branch });
  }
  if (
    options.filter !== undefined &&
    !/^(blob:none|blob:limit=\d+[kmg]?|tree:\d+|object:type=[a-z]+)$/.test(options.filter)
  ) {
    throw new EngineError('option-not-supported-yet', { option: `--filter=${options.filter}` });
  }
  if (options.bundleUri !== undefined) checkBundleUri(options.bundleUri, options);
}

/** A name or password in it would be kept with the job, and end in the clone's configuration. */
function checkBundleUri(uri: string, { depth }: CloneOptions): void {
  const option = '--bundle-uri';
  if (depth !== undefined)
    throw new EngineError('option-conflict', {
      option,
      detail: '--bundle-uri and --depth do not go together.',
    });
  try {
    parseArtefactUrl(uri, { credentials: 'refuse' });
  } catch (error) {
    if (!(error instanceof RemoteUrlError)) throw error;
    const file = !/^[a-z][a-z0-9+.-]*:\/\//i.test(uri) || /^file:/i.test(uri);
    if (file || error.reason === 'scheme-unknown')
      throw new EngineError('option-not-supported-yet', { option: '--bundle-uri with a file' });
    throw new EngineError('url-malformed', { option, detail: error.message });
  }
}

const unitBytes: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `blob:limit=1k` becomes `blob:limit=1024`, as git writes it on the wire and into the configuration. */
export function expandedFilter(filter: string): string {
  const [, digits, unit] = /^blob:limit=(\d+)([kmg])$/.exec(filter) ?? [];
  if (digits === undefined || unit === undefined) return filter;
  return `blob:limit=${Number(digits) * (unitBytes[unit] ?? 1)}`;
}

interface JobFacts {
  id: string;
  url: string;
  directory: string;
  position: number;
  nowMs: number;
}

/** @throws EngineErrors of `checkOptions` */
export function newJobRecord(wish: CloneWish, facts: JobFacts): StoredJob {
  checkOptions(wish.options);
  const { filter } = wish.options;
  const options = filter === undefined ? wish.options : { ...wish.options, filter: expandedFilter(filter) };
  return { ...firstRecord(wish.start, facts), kind: 'clone', options, fetch: null };
}

export function newFetchRecord(wish: FetchWish, fetch: StoredFetch, facts: JobFacts): StoredJob {
  return { ...firstRecord(wish.start, facts), kind: 'fetch', options: {}, fetch };
}

function firstRecord(start: 'now' | 'paused' | undefined, facts: JobFacts) {
  return {
    id: facts.id,
    url: facts.url,
    directory: facts.directory,
    updates: null,
    state: start === 'paused' ? ('paused' as const) : ('queued' as const),
    stage: null,
    position: facts.position,
    bytes: { wireBytes: 0, usefulBytes: 0, wastedBytes: 0, savedBytes: 0, uploadedBytes: 0 },
    requests: 0,
    drops: 0,
    activeMs: 0,
    tries: 0,
    failure: null,
    question: null,
    offer: null,
    plan: null,
    createdAtMs: facts.nowMs,
    finishedAtMs: null,
  };
}
