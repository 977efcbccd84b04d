/**
 * The built interface over its real carrier, with a host that answers from a script instead of an engine: for
 * screenshots, accessibility and measurements of the page alone.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { createPortPair } from '../../main/api/port-pair.ts';
import { serveInterface } from '../../main/api/websocket-carrier.io.ts';
import {
  contractFailure,
  jobStates,
  serveHost,
  type EndpointName,
  type HostTable,
  type JobId,
  type JobState,
  type JobView,
  type ProbeView,
  type Settings,
  type TotalsView,
} from '../../main/contract/index.ts';
import { detailOf, offer } from './scene-details.ts';
import { job } from './scenes.ts';

export interface BuiltRenderer {
  directory: string;
  remove(): Promise<void>;
}

/** Builds the page into a folder of its own, so that nothing else need be built and nothing is overwritten. */
export async function buildRenderer(): Promise<BuiltRenderer> {
  const directory = await mkdtemp(join(tmpdir(), 'packmule-renderer-'));
  const root = join(import.meta.dirname, '../../renderer');
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'warn',
    plugins: [svelte({ configFile: '../svelte.config.js' })],
    build: { outDir: directory, emptyOutDir: true, minify: true },
  });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

export interface ScriptedHost {
  url: string;
  /** Every request that came in, by name. */
  readonly asked: { name: EndpointName; input: unknown }[];
  /** Replaces the list. */
  show(jobs: readonly JobView[]): void;
  /** Changes some fields of one job. */
  change(id: JobId, change: Partial<JobView>): void;
  setSettings(change: Partial<Settings>): void;
  /** Cuts every page off, as an engine that stops would; pages come back by themselves unless `refuse`. */
  cut(options?: { refuse?: boolean }): void;
  close(): Promise<void>;
}

const mib = 1024 * 1024;

export async function startScriptedHost(
  staticDirectory: string,
  jobs: readonly JobView[] = [],
): Promise<ScriptedHost> {
  let list = new Map(jobs.map((one) => [one.id, one]));
  let settings: Settings = {
    concurrentJobs: 3,
    defaultDirectory: '/home/ada/src',
    theme: 'system',
    notifications: true,
    retryTriesMax: 10,
  };
  let refusing = false;
  let position = 10_000;
  const asked: ScriptedHost['asked'] = [];
  const listeners = new Set<(ids: JobId[] | null) => void>();
  const ends = new Set<() => void>();
  const tell = (ids: JobId[] | null) => listeners.forEach((listener) => listener(ids));

  const totals = (): TotalsView => {
    const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
    for (const { state } of list.values()) counts[state] += 1;
    const rate = [...list.values()].reduce((sum, { rateBytesPerSecond }) => sum + rateBytesPerSecond, 0);
    const rateHistory = Array.from({ length: 60 }, (_, second) =>
      rate === 0 ? 0 : Math.round((3.6 + Math.sin(second / 5) + Math.sin(second * 2.1) * 0.5) * mib),
    );
    return { rateBytesPerSecond: rate, rateHistory, counts, held: false };
  };

  const set = (ids: JobId[], state: JobState) => {
    for (const id of ids) {
      const before = list.get(id);
      if (before)
        list.set(id, {
          ...before,
          state,
          rateBytesPerSecond: 0,
          etaSeconds: null,
          retry: null,
          question: null,
        });
    }
    tell(ids);
    return { ids };
  };
  const selected = (input: unknown): JobId[] => {
    const selection = input as { ids?: JobId[] };
    return selection.ids ?? [...list.keys()];
  };

  const probe = (url: string): ProbeView => {
    const host = /\/\/([^/]+)/.exec(url)?.[1] ?? '';
    if (!/^https?:\/\/[^/]+\/./.test(url)) throw contractFailure('url-malformed', { url });
    if (host.startsWith('private')) throw contractFailure('authentication-required', { host });
    if (host.startsWith('gone')) throw contractFailure('host-not-found', { host });
    const plain = host.startsWith('plain');
    return {
      url,
      host,
      suggestedName: (url.split('/').at(-1) ?? 'repository').replace(/\.git$/, ''),
      offer: plain
        ? { ...offer, capabilities: { ...offer.capabilities, filter: false, shallow: false }, agent: null }
        : offer,
      branchNames: ['main', 'next', 'release/2.x', 'feature/a-branch-with-a-long-name'],
      resumability:
        'This server cannot resume a pack: a cut costs what has arrived of the pack, up to its last whole object.',
      seconds: 0.42,
    };
  };

  /** A job for a folder; the folder's name says what is wrong with it. */
  const begin = (kind: JobView['kind'], directory: string) => {
    const [taken] = list.values();
    if (directory.includes('taken') && taken)
      throw contractFailure('target-taken-by-job', { path: directory, jobId: taken.id });
    if (directory.includes('plain'))
      throw contractFailure('not-a-repository', {
        path: directory,
        detail: 'not a git repository (or any of the parent directories): .git',
      });
    if (directory.includes('whole'))
      throw contractFailure('not-adoptable', {
        path: directory,
        detail: 'No download was interrupted in it',
      });
    position += 1;
    const id = `job-new-${position}`;
    const name = directory.split('/').at(-1) ?? directory;
    list.set(id, { ...job({ name, state: 'queued' }), id, kind, directory, position });
    tell([id]);
    return { id, directory };
  };

  const answers: Partial<Record<EndpointName, (input: never) => unknown>> = {
    'job.list': () => [...list.values()],
    'job.get': ({ id }: { id: JobId }) => detailOf(list.get(id)!),
    'job.pause': (input) => set(selected(input), 'paused'),
    'job.resume': (input) => set(selected(input), 'queued'),
    'job.cancel': (input) => set(selected(input), 'cancelled'),
    'job.answer': ({ id, choice }: { id: JobId; choice: string }) => {
      set([id], choice === 'retry' ? 'queued' : 'cancelled');
      return null;
    },
    'job.remove': (input) => {
      const ids = selected(input);
      for (const id of ids) list.delete(id);
      tell(null);
      return { ids };
    },
    'job.move': () => null,
    'job.clone': ({ url, directory }: { url: string; directory?: string }) => {
      if (url.includes('taken'))
        throw contractFailure('target-taken-by-job', { path: directory ?? '/home/ada/src/taken' });
      const { suggestedName, host } = probe(url);
      const template = [...list.values()][0];
      const id = `job-new-${(position += 1)}`;
      if (template) {
        list.set(id, {
          ...template,
          id,
          name: suggestedName,
          url,
          host,
          state: 'queued',
          position,
          fraction: null,
        });
        tell([id]);
      }
      return { id, directory: directory ?? `${settings.defaultDirectory}/${suggestedName}` };
    },
    'job.fetch': ({ directory }: { directory: string }) => begin('fetch', directory),
    'job.adopt': ({ directory }: { directory: string }) => ({ ...begin('clone', directory), kind: 'clone' }),
    'remote.probe': ({ url }: { url: string }) => probe(url),
    'destination.check': ({ path }: { path: string }) => ({
      path,
      state: /full|here/.test(path) ? 'not-empty' : 'free',
      writable: !path.startsWith('/root'),
      freeBytes: 231 * 1024 * mib,
    }),
    'settings.get': () => settings,
    'settings.set': (change: Partial<Settings>) => {
      settings = { ...settings, ...change };
      tell([]);
      return settings;
    },
    'engine.release': () => null,
  };

  const table: HostTable = {
    handle(name, input) {
      asked.push({ name, input });
      const answer = answers[name];
      if (!answer) return Promise.reject(contractFailure('unknown-endpoint', { detail: name }));
      return new Promise((resolve) => resolve(answer(input as never)));
    },
    follow(topic, input, emit, end) {
      const id = (input as { id?: JobId }).id ?? '';
      const whole = () => {
        if (topic === 'jobs') emit({ all: [...list.values()] });
        else if (topic === 'totals') emit(totals());
        else if (topic === 'settings') emit(settings);
        else {
          const view = list.get(id);
          if (view) emit(detailOf(view));
          else end({ code: 'job-not-found', facts: { jobId: id } });
        }
      };
      const listener = (ids: JobId[] | null) => {
        if (topic !== 'jobs' || ids === null) whole();
        else if (ids.length > 0) emit({ changed: ids.flatMap((changed) => list.get(changed) ?? []) });
      };
      listeners.add(listener);
      queueMicrotask(whole);
      return () => listeners.delete(listener);
    },
  };

  const server = await serveInterface({
    staticDirectory,
    connect: () => {
      if (refusing) return Promise.reject(new Error('the scripted engine is away'));
      const { client, host } = createPortPair();
      ends.add(() => host.close());
      serveHost(host, table);
      return Promise.resolve(client);
    },
  });

  return {
    url: server.url,
    asked,
    show(next) {
      list = new Map(next.map((one) => [one.id, one]));
      tell(null);
    },
    change(id, change) {
      const before = list.get(id);
      if (!before) throw new Error(`the script has no job ${id}`);
      list.set(id, { ...before, ...change });
      tell([id]);
    },
    setSettings(change) {
      settings = { ...settings, ...change };
      tell([]);
    },
    cut({ refuse = false } = {}) {
      refusing = refuse;
      for (const end of ends) end();
      ends.clear();
    },
    close: () => server.close(),
  };
}
