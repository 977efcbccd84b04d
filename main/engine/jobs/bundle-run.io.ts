/**
 * Downloads and unbundles what an address leads to, as the plan advises (plan/bundle-choice.ts), lists within lists included.
 * Nothing a server of bundles does ends the clone: it is said, and the remote itself is asked for what did not come.
 */

import {
  bundleBaseOf,
  isSameFilter,
  parseArtefactUrl,
  type RemoteProtocolError,
  resolveBundleList,
  safeText,
  type BundleList,
  type ObjectFormat,
  type ResolvedBundle,
} from '../../git/index.ts';
import { EngineError, errorKinds } from '../errors.ts';
import { adviseBundles, type BundleEnd, type BundleProgress } from '../plan/index.ts';
import type { HttpClient } from '../ports.ts';
import { writeBrought, type BroughtBundles } from './brought-bundles.io.ts';
import { isTheirs, whyOf } from './bundle-failures.ts';
import { BundlesHere } from './bundles-here.io.ts';
import { fetchBundleFile } from './bundle-file.io.ts';
import { unbundle, type SpooledBundle } from './unbundle.io.ts';
import type { WorkContext } from './work-context.ts';

/** As git: lists in lists in lists in lists (bundle-uri.c, max_bundle_uri_depth). */
const depthMax = 4;
/** More lists than anybody keeps; each may name a hundred thousand others. */
const listsMax = 100;
/** Of one list. Each may use several connections, as far as its server gives them. */
const downloadsAtOnceMax = 4;
const notesMax = 20;

class Stopped extends Error {}

/** One list under way. */
interface Round {
  list: BundleList;
  bundles: ReadonlyMap<string, ResolvedBundle>;
  depth: number;
  /** Addresses of the lists that led here. */
  above: readonly string[];
  progress: Map<string, BundleProgress>;
  files: Map<string, SpooledBundle>;
  running: Map<string, { stop: AbortController; ended: Promise<void> }>;
  signal: AbortSignal;
}

export class BundleRun {
  /** Somebody could not be reached who may be there later. */
  unreached = false;
  readonly #context: WorkContext;
  readonly #http: HttpClient;
  readonly #format: ObjectFormat;
  readonly #brought: BroughtBundles;
  readonly #here: BundlesHere;
  /** For whom each address was fetched. */
  readonly #owners = new Map<string, Round['progress']>();
  /** Whole, but nobody in their list brought what they need. */
  readonly #waiting: { round: Round; id: string; file: SpooledBundle; why: string }[] = [];
  #lists = 0;
  #tokenLists = 0;
  #notes = 0;
  #fatal: { error: unknown } | null = null;
  #change = Promise.withResolvers<void>();
  /** One bundle at a time goes into the repository. */
  #unbundling: Promise<unknown> = Promise.resolve();

  constructor(context: WorkContext, http: HttpClient, format: ObjectFormat, brought: BroughtBundles) {
    this.#context = context;
    this.#http = http;
    this.#format = format;
    this.#brought = brought;
    this.#here = new BundlesHere(context, format);
  }

  /** @throws the signal's reason; EngineErrors of this computer */
  async run(uri: string): Promise<void> {
    const url = parseArtefactUrl(uri, { credentials: 'refuse' });
    const filter = this.#context.live.record.options.filter ?? null;
    const only = { id: url.href, uri, url, filter, creationToken: null, location: null };
    const list: BundleList = { version: 1, mode: 'all', heuristic: null, bundles: [only], dropped: [] };
    await this.#list(list, [only], { depth: 0, above: [], signal: this.#context.signal });
    await this.#tryWaiting();
  }

  /** What a bundle of one list needs, another list may have brought (bundle-uri.c, unbundle_all_bundles). */
  async #tryWaiting(): Promise<void> {
    await this.#here.lookUp(this.#waiting.map(({ file }) => file));
    for (;;) {
      const next = this.#waiting.findIndex(({ file: { header } }) => this.#here.isReady(header));
      const [ready] = next === -1 ? [] : this.#waiting.splice(next, 1);
      if (ready === undefined) break;
      await this.#unbundle(ready.round, ready.id);
      await this.#here.lookUp(this.#waiting.map(({ file }) => file));
    }
    for (const { round, id, why } of this.#waiting) this.#leftOut(round, id, why);
  }

  async #list(
    list: BundleList,
    bundles: readonly ResolvedBundle[],
    where: Pick<Round, 'depth' | 'above' | 'signal'>,
  ): Promise<BundleEnd> {
    const stop = new AbortController();
    const round: Round = {
      ...{ list, bundles: new Map(bundles.map((bundle) => [bundle.id, bundle])), ...where },
      ...{ progress: new Map(), files: new Map(), running: new Map() },
      signal: AbortSignal.any([where.signal, stop.signal]),
    };
    const here = new Set(this.#brought.unbundled.map(({ url }) => url));
    const damaged = new Map(this.#brought.damaged.map(({ url, why }) => [url, why]));
    for (const { id, url } of bundles) {
      const why = damaged.get(url.href);
      if (here.has(url.href)) round.progress.set(id, { at: 'unbundled' });
      else if (why !== undefined) round.progress.set(id, { at: 'failed', why });
    }
    try {
      return await this.#follow(round);
    } finally {
      stop.abort(new Stopped());
      await Promise.all([...round.running.values()].map(({ ended }) => ended));
    }
  }

  async #follow(round: Round): Promise<BundleEnd> {
    const { signal, progress, running } = round;
    for (let told = ''; ;) {
      signal.throwIfAborted();
      if (this.#fatal !== null) throw this.#fatal.error;
      const change = this.#change.promise;
      const advice = adviseBundles({
        ...{ list: round.list, purpose: 'clone', objectFormat: this.#format, storedToken: null, progress },
        filter: this.#context.live.record.options.filter ?? null,
        has: (oid) => this.#here.has(oid),
      });
      if (round.depth > 0 && advice.sentence !== told) this.#note('info', (told = advice.sentence));
      if (advice.end !== null) {
        this.#sayUnused(round, advice.end);
        return advice.end;
      }
      for (const { id } of advice.cancel) running.get(id)?.stop.abort(new Stopped());
      for (const { id } of advice.download) {
        if (running.size >= downloadsAtOnceMax) break;
        this.#begin(round, id);
      }
      if (advice.unbundle === null) await change;
      else await this.#unbundle(round, advice.unbundle);
    }
  }

  /** What could not be used though it was there, or might have been. What failed was said when it did. */
  #sayUnused(round: Round, { leftOut }: BundleEnd): void {
    const filter = this.#context.live.record.options.filter ?? null;
    for (const { id, why } of leftOut) {
      const bundle = round.bundles.get(id);
      const file = round.files.get(id);
      if (bundle === undefined || !isSameFilter(bundle.filter, filter)) this.#leftOut(round, id, why);
      else if (file !== undefined) this.#waiting.push({ round, id, file, why });
    }
  }

  #begin(round: Round, id: string): void {
    const { progress, running } = round;
    const stop = new AbortController();
    progress.set(id, { at: 'downloading', header: null });
    const ended = this.#fetch(round, id, AbortSignal.any([round.signal, stop.signal]))
      .catch((error: unknown) => {
        if (round.signal.aborted) return;
        if (stop.signal.aborted) progress.set(id, { at: 'listed', header: null });
        else if (isTheirs(error)) this.#failed(round, id, error);
        else this.#fatal ??= { error };
      })
      .finally(() => {
        running.delete(id);
        this.#changed();
      });
    running.set(id, { stop, ended });
  }

  async #fetch(round: Round, id: string, signal: AbortSignal): Promise<void> {
    const bundle = round.bundles.get(id);
    if (bundle === undefined) throw new EngineError('internal', { detail: 'a bundle without an address' });
    const { href } = bundle.url;
    const owner = this.#owners.get(href) ?? round.progress;
    this.#owners.set(href, owner);
    if (owner !== round.progress || this.#isTwice(round, bundle)) return this.#twice(round, bundle);
    const file = await fetchBundleFile(this.#context, this.#http, href, signal);
    if (file.kind === 'list') return this.#nested(round, bundle, file.list, signal);
    round.files.set(id, file);
    await this.#here.lookUp([file]);
    round.progress.set(id, { at: 'here', header: file.header });
  }

  #isTwice({ bundles }: Round, { id, url }: ResolvedBundle): boolean {
    for (const other of bundles.values()) if (other.url.href === url.href) return other.id !== id;
    return false;
  }

  #twice(round: Round, { id, url }: ResolvedBundle): void {
    const isHere = this.#brought.unbundled.some((each) => each.url === url.href);
    if (isHere) round.progress.set(id, { at: 'unbundled' });
    else this.#refuse(round, id, 'has the address of another');
  }

  #refuse(round: Round, id: string, why: string): void {
    round.progress.set(id, { at: 'failed', why });
    this.#leftOut(round, id, why);
  }

  async #nested(
    round: Round,
    { id, url }: ResolvedBundle,
    list: BundleList,
    signal: AbortSignal,
  ): Promise<void> {
    const refuse = (why: string): void => this.#refuse(round, id, why);
    if (round.list.heuristic !== null) return refuse('is a list, where a bundle should be');
    if (round.above.includes(url.href)) return refuse('leads back to a list that led to it');
    if (round.depth >= depthMax) return refuse(`is a list within ${depthMax} others`);
    if (++this.#lists > listsMax) return refuse('is one of too many lists');
    round.progress.set(id, { at: 'list', outcome: 'open' });
    const resolved = resolveBundleList(list, bundleBaseOf(url, 'file'));
    const where = { depth: round.depth + 1, above: [...round.above, url.href], signal };
    const end = await this.#list({ ...list, ...resolved }, resolved.bundles, where);
    if (list.heuristic !== null) this.#remember(end);
    round.progress.set(id, { at: 'list', outcome: end.complete ? 'used' : 'useless' });
  }

  /** Of several lists with tokens of their own git could keep only one token, which would be wrong for the others. */
  #remember({ complete, token }: BundleEnd): void {
    this.#tokenLists++;
    if (!complete && this.#tokenLists === 1) return;
    const uri = this.#context.live.record.options.bundleUri ?? '';
    const only = this.#tokenLists === 1 && token !== null;
    this.#brought.remember = { uri, token: only ? token.toString() : null };
  }

  async #unbundle(round: Round, id: string): Promise<void> {
    const done = this.#unbundling.then(() => this.#unbundleNow(round, id));
    this.#unbundling = done.catch(() => {});
    await done;
  }

  async #unbundleNow(round: Round, id: string): Promise<void> {
    const file = round.files.get(id);
    const url = round.bundles.get(id)?.url.href;
    if (file === undefined || url === undefined)
      throw new EngineError('internal', { detail: 'no such bundle' });
    const { ports, workspace, signal } = this.#context;
    signal.throwIfAborted();
    const result = await unbundle(this.#context, file, this.#format);
    round.files.delete(id);
    if (result.whole) {
      const refs = file.header.tips.filter(({ name }) => name.startsWith('refs/'));
      this.#brought.unbundled.push({ url, refs: refs.map(({ name, oid }) => ({ name, oid })) });
      await writeBrought(ports.disk, workspace, this.#brought);
      round.progress.set(id, { at: 'unbundled' });
    } else {
      const why = `is damaged; ${result.objects.toLocaleString('en')} objects of it are kept`;
      this.#brought.damaged.push({ url, why });
      await writeBrought(ports.disk, workspace, this.#brought);
      this.#refuse(round, id, why);
    }
    await this.#here.lookUp([...round.files.values()]);
    this.#changed();
  }

  #failed(round: Round, id: string, error: EngineError | RemoteProtocolError): void {
    if (error instanceof EngineError && errorKinds[error.code].fault === 'network') this.unreached = true;
    this.#refuse(round, id, whyOf(error));
  }

  #leftOut(round: Round, id: string, why: string): void {
    const url = round.bundles.get(id)?.url;
    // Without its query, which may let its bearer in.
    const name = url === undefined ? safeText(id, 80) : `at ${url.origin}${safeText(url.path, 200)}`;
    this.#note('notice', `The bundle ${name} ${why}.`);
  }

  #note(level: 'info' | 'notice', text: string): void {
    if (this.#notes++ < notesMax) this.#context.note(level, text);
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}
