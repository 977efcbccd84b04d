/** Four times a second: figures of working jobs brought up to date, told, and from time to time kept. */

import type { Totals } from '../door.ts';
import type { Ports } from '../ports.ts';
import { isWorking } from './job-machine.ts';
import type { LiveJob } from './live-job.ts';
import { Rate } from './rate.ts';

const tickMs = 250;
/** Figures of a running job reach the database this often; what was promised is there at once. */
const figuresKeptEveryMs = 5_000;

export class Heartbeat {
  readonly #ports: Pick<Ports, 'clock' | 'store'>;
  readonly #jobs: () => Iterable<LiveJob>;
  readonly #onChanged: (live: LiveJob) => void;
  readonly #onTotals: () => void;
  readonly #rate = new Rate();
  #keptAtMs = 0;
  #stop: () => void = () => {};

  constructor(parts: {
    ports: Pick<Ports, 'clock' | 'store'>;
    jobs: () => Iterable<LiveJob>;
    onChanged: (live: LiveJob) => void;
    onTotals: () => void;
  }) {
    this.#ports = parts.ports;
    this.#jobs = parts.jobs;
    this.#onChanged = parts.onChanged;
    this.#onTotals = parts.onTotals;
  }

  start(): void {
    this.#stop = this.#ports.clock.every(tickMs, () => this.#beat());
  }

  stop(): void {
    this.#stop();
  }

  totals(): Omit<Totals, 'held'> {
    const nowMs = this.#ports.clock.monotonicMs();
    // The sum of what the jobs show, so that the one is never seen to contradict the others.
    const rateBytesPerSecond = this.#working().reduce((sum, { rate }) => sum + rate.perSecond(nowMs), 0);
    return { rateBytesPerSecond, rateHistory: this.#rate.history(nowMs, 60) };
  }

  #working(): LiveJob[] {
    return [...this.#jobs()].filter((live) => isWorking(live.record.state));
  }

  #beat(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const working = this.#working();
    let received = 0;
    for (const live of working) {
      const before = live.record.bytes.wireBytes;
      live.tick(nowMs);
      received += live.record.bytes.wireBytes - before;
      this.#onChanged(live);
    }
    this.#rate.add(received, nowMs);
    if (working.length > 0 || this.#rate.perSecond(nowMs) > 0) this.#onTotals();
    if (nowMs - this.#keptAtMs < figuresKeptEveryMs) return;
    this.#keptAtMs = nowMs;
    for (const live of working) this.#ports.store.saveJob(live.record);
  }
}
