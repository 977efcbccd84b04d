/**
 * How far a job is: a list of stages with weights. Pure. The weights are shares of time, measured on clones over a
 * fast line; over a slow one downloading takes more of the whole, so the overall figure is an estimate and runs a
 * little ahead there. Each stage's own figure is exact.
 */

import type { StageProgress } from '../door.ts';
import { stageNames, type StageName } from './states.ts';

const weights: Record<StageName, number> = {
  probe: 0.01,
  download: 0.64,
  index: 0.2,
  connect: 0.03,
  checkout: 0.12,
};

export class Progress {
  readonly #stages = new Map<StageName, StageProgress>();
  #highest = 0;

  constructor() {
    this.reset();
  }

  /**
   * A new attempt: everything from `first` on starts again. `kept`: objects here from earlier attempts, of those there
   * are, where they need not be fetched again.
   */
  reset(first: StageName = 'probe', kept: { done: number; total: number } | null = null): void {
    const from = stageNames.indexOf(first);
    for (const [i, name] of stageNames.entries()) {
      const done = i < from;
      this.#stages.set(name, {
        name,
        state: done ? 'done' : 'waiting',
        fraction: done ? 1 : null,
        done: null,
        total: null,
        unit: null,
      });
    }
    this.#highest = 0;
    if (kept === null || kept.total === 0 || this.#stage('download').state === 'done') return;
    const fraction = Math.min(1, kept.done / kept.total);
    this.#set('download', { ...kept, unit: 'objects', fraction });
  }

  begin(name: StageName): void {
    this.#set(name, { state: 'active' });
  }

  advance(name: StageName, done: number, total: number | null, unit: StageProgress['unit']): void {
    const fraction = total === null || total === 0 ? null : Math.min(1, done / total);
    this.#set(name, { state: 'active', done, total, unit, fraction });
  }

  /** Work on a later stage that goes on beside the one under way. */
  ahead(name: StageName, done: number, total: number, unit: StageProgress['unit']): void {
    const fraction = total === 0 ? null : Math.min(1, done / total);
    this.#set(name, { done, total, unit, fraction });
  }

  complete(name: StageName): void {
    this.#set(name, { state: 'done', fraction: 1 });
  }

  /** For a job that was finished in an earlier life. */
  completeAll(): void {
    for (const name of stageNames) this.complete(name);
  }

  skip(name: StageName): void {
    this.#set(name, { state: 'skipped', fraction: 1 });
  }

  fail(): void {
    for (const stage of this.#stages.values()) if (stage.state === 'active') stage.state = 'failed';
  }

  stages(): StageProgress[] {
    return stageNames.map((name) => ({ ...this.#stage(name) }));
  }

  /** The stage under way, or the next one. */
  current(): StageName | null {
    return stageNames.find((name) => !['done', 'skipped'].includes(this.#stage(name).state)) ?? null;
  }

  /** Over all stages; never falls between two resets. Skipped stages do not count at all. */
  fraction(): number | null {
    let sum = 0;
    let whole = 0;
    let known = false;
    for (const name of stageNames) {
      const stage = this.#stage(name);
      if (stage.state === 'skipped') continue;
      whole += weights[name];
      if (stage.fraction !== null) {
        known = true;
        sum += weights[name] * stage.fraction;
      }
    }
    if (!known || whole === 0) return null;
    this.#highest = Math.max(this.#highest, sum / whole);
    return this.#highest;
  }

  #stage(name: StageName): StageProgress {
    const stage = this.#stages.get(name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    return stage;
  }

  #set(name: StageName, change: Partial<StageProgress>): void {
    Object.assign(this.#stage(name), change);
  }
}
