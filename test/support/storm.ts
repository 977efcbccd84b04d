/** Clones in bad weather: cuts, pauses, resumes, kills and restarts of the engine, in an order that a seed decides. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetail, JobState } from '../../main/contract/index.ts';
import type { GitHttpServer, Misbehaviour } from './git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from './packmule.ts';

export interface CutWish {
  /** Answers shorter than this, such as lists of refs, come whole. */
  bytesMin: number;
  bytesMax: number;
  /** Of all answers, so many may come whole. */
  wholeShare: number;
  /** Of the cuts, so many are resets. */
  resetShare: number;
  bytesPerSecond?: number;
}

/** A position for each answer: small ones are as likely as large ones, by their order of magnitude. */
export function randomCuts(fraction: () => number, wish: CutWish): () => Misbehaviour | undefined {
  const { bytesMin, bytesMax, wholeShare, resetShare, bytesPerSecond } = wish;
  const pace = bytesPerSecond === undefined ? {} : { bytesPerSecond };
  return () => {
    const [whole, place, reset] = [fraction(), fraction(), fraction()];
    if (whole < wholeShare) return pace;
    const cutAfterBytes = Math.round(bytesMin * (bytesMax / bytesMin) ** place);
    return { ...pace, cutAfterBytes, reset: reset < resetShare };
  };
}

export type StormMove = 'wait' | 'pause' | 'kill' | 'quit';

/** States in which a kill, a pause or a cut hits work that is under way. */
const workingStates: ReadonlySet<JobState> = new Set([
  'probing',
  'planning',
  'downloading',
  'indexing',
  'connecting',
  'checking-out',
]);

function isWorking(detail: JobDetail): boolean {
  return workingStates.has(detail.job.state);
}

/** One clone under way, whose engine may end and begin anew. */
export class StormyClone {
  engine: TestEngine;
  id = '';
  /** What was done to it, for messages. */
  readonly moves: string[] = [];

  constructor(engine: TestEngine) {
    this.engine = engine;
  }

  async start(url: string, directory: string, options = {}): Promise<void> {
    const wish = { url, directory, options, start: 'now' as const };
    this.id = (await this.engine.client.ask('job.clone', wish)).id;
  }

  detail(): Promise<JobDetail> {
    return this.engine.client.ask('job.get', { id: this.id });
  }

  /** Answers with whether there was work to disturb. */
  async make(move: StormMove): Promise<boolean> {
    const detail = await this.detail();
    const stage = detail.stages.find(({ state }) => state === 'active')?.name ?? '-';
    this.moves.push(`${move} while ${detail.job.state} (${stage})`);
    const ids = [this.id];
    if (move === 'pause') {
      await this.engine.client.ask('job.pause', { ids });
      await this.engine.client.ask('job.resume', { ids });
    }
    if (move === 'kill') await this.engine.kill();
    if (move === 'quit') await this.engine.quit();
    if (move === 'kill' || move === 'quit') this.engine = await startEngine(this.engine.home);
    return isWorking(detail);
  }

  /** Waits for its end; where it rests until somebody does something, somebody does. */
  async finish(timeoutMs = 60_000): Promise<JobDetail> {
    for (let resumed = 0; ; resumed++) {
      const detail = await waitForJob(
        this.engine.client,
        this.id,
        ({ job }) =>
          ['done', 'failed', 'needs-you', 'retrying', 'waiting-for-network', 'paused'].includes(job.state),
        timeoutMs,
      );
      if (detail.job.state === 'done' || resumed >= 60) return detail;
      this.moves.push(`resumed after ${detail.job.failure?.code ?? detail.job.state}`);
      // Later, so that what it waits for may come true.
      await sleep(50);
      await this.engine.client.ask('job.resume', { ids: [this.id] });
    }
  }
}

/** The weather ends. */
export function calm(server: GitHttpServer): void {
  server.onRequest = undefined;
  server.limits = {};
}
