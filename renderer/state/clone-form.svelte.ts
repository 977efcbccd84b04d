/** The new-clone form: what was typed, what the server and the folder said to it, and the jobs it asks for. */

import {
  failureFrom,
  type Client,
  type CloneOptions,
  type Failure,
  type FailureCode,
  type Input,
  type OfferView,
  type ProbeView,
  type Settings,
} from '../../main/contract/index.ts';
import { destinationController, probeController } from './probe.svelte.ts';

export const cloneModes = ['full', 'blobless', 'treeless', 'shallow'] as const;
export type CloneMode = (typeof cloneModes)[number];

const notAddresses: ReadonlySet<string> = new Set<FailureCode>([
  'url-malformed',
  'url-scheme-unknown',
  'url-not-supported-yet',
]);

/** `/home/me` + `linux` → `/home/me/linux`, with the separator the folder uses. */
export function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

export class CloneForm {
  text = $state('');
  directory = $state('');
  directoryEdited = $state(false);
  mode = $state<CloneMode>('full');
  depth = $state(1);
  branch = $state('');
  singleBranch = $state(false);
  noTags = $state(false);
  noCheckout = $state(false);
  repository = $state<'working-tree' | 'bare' | 'mirror'>('working-tree');
  origin = $state('');
  busy = $state(false);
  /** Addresses the engine refused, with why; the others of the same form have been added. */
  refused = $state.raw<readonly { url: string; failure: Failure }[]>([]);

  readonly urls = $derived(
    this.text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  readonly defaultDirectory = $derived.by(() => this.#settings()?.defaultDirectory ?? '');
  readonly probe;
  readonly destination;
  readonly #client: Client;
  readonly #settings: () => Settings | null;

  constructor(client: Client, settings: () => Settings | null, text = '') {
    this.#client = client;
    this.#settings = settings;
    this.probe = probeController(client);
    this.destination = destinationController(client);
    this.type(text);
  }

  readonly answer: ProbeView | null = $derived.by(() =>
    this.probe.now.state === 'answered' ? this.probe.now.value : null,
  );
  readonly offer: OfferView | null = $derived(this.answer?.offer ?? null);

  /** New text in the address field. Only a single address is probed; several are each probed when their turn comes. */
  type(text: string): void {
    this.text = text;
    this.refused = [];
    this.probe.put(this.urls.length === 1 ? (this.urls[0] ?? '') : '');
    if (!this.directoryEdited && this.urls.length !== 1) this.#aim('');
  }

  /** To be called when an answer to the probe came: fills in the folder and lets go of what the server cannot do. */
  fillIn(): void {
    const answer = this.answer;
    const folder = this.#settings()?.defaultDirectory;
    if (!answer) return;
    if (!this.directoryEdited && folder) this.#aim(joinPath(folder, answer.suggestedName));
    if (!this.#possible(this.mode, answer.offer)) this.mode = 'full';
  }

  /** The person chose the folder; from now on it is not filled in any more, until the field is emptied. */
  chooseDirectory(path: string): void {
    this.directoryEdited = path.trim() !== '';
    this.#aim(path);
  }

  #aim(path: string): void {
    this.directory = path;
    this.destination.put(path.trim());
  }

  /** Whether a mode can be chosen; before the server has answered, all can. */
  possible(mode: CloneMode): boolean {
    return this.offer === null || this.#possible(mode, this.offer);
  }

  #possible(mode: CloneMode, offer: OfferView): boolean {
    if (mode === 'full') return true;
    return mode === 'shallow' ? offer.capabilities.shallow : offer.capabilities.filter;
  }

  readonly destinationBlocks: boolean = $derived.by(() => {
    const now = this.destination.now;
    if (now.state !== 'answered') return false;
    const { state, writable } = now.value;
    return !writable || state === 'not-empty' || state === 'file' || state === 'taken-by-job';
  });

  /** What was typed is no address of any repository: no engine could do anything with it. */
  readonly addressBlocks: boolean = $derived.by(() => {
    const now = this.probe.now;
    return now.state === 'failed' && notAddresses.has(now.failure.code);
  });

  readonly ready = $derived(
    this.urls.length > 0 &&
      !this.busy &&
      !(this.urls.length === 1 && (this.destinationBlocks || this.addressBlocks)),
  );

  /** The options as the engine knows them; what was left at git's default is left out. */
  options(): CloneOptions {
    const options: CloneOptions = {};
    if (this.mode === 'blobless') options.filter = 'blob:none';
    if (this.mode === 'treeless') options.filter = 'tree:0';
    if (this.mode === 'shallow') options.depth = Math.max(1, Math.floor(this.depth) || 1);
    if (this.branch.trim() && this.urls.length === 1) options.branch = this.branch.trim();
    if (this.singleBranch) options.singleBranch = true;
    if (this.noTags) options.noTags = true;
    if (this.noCheckout && this.repository === 'working-tree') options.noCheckout = true;
    if (this.repository === 'bare') options.bare = true;
    if (this.repository === 'mirror') options.mirror = true;
    if (this.origin.trim() && this.repository !== 'mirror') options.origin = this.origin.trim();
    return options;
  }

  /**
   * Asks for the jobs. Returns the ids of those that were taken on; addresses that were refused stay in the field,
   * with their reasons in `refused`.
   */
  async submit(start: 'now' | 'paused'): Promise<string[]> {
    const urls = this.urls;
    const directory = urls.length === 1 && this.directory.trim() ? this.directory.trim() : undefined;
    const options = this.options();
    const ids: string[] = [];
    const refused: { url: string; failure: Failure }[] = [];
    this.busy = true;
    try {
      for (const url of urls) {
        const input: Input<'job.clone'> = { url, options, start };
        if (directory !== undefined) input.directory = directory;
        try {
          ids.push((await this.#client.ask('job.clone', input)).id);
        } catch (thrown) {
          refused.push({ url, failure: failureFrom(thrown) });
        }
      }
    } finally {
      this.busy = false;
    }
    if (refused.length > 0 && ids.length > 0) this.type(refused.map(({ url }) => url).join('\n'));
    this.refused = refused;
    return ids;
  }

  stop(): void {
    this.probe.stop();
    this.destination.stop();
  }
}
