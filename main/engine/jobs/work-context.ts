/** What a piece of work may touch: the world's ports, one job, and the ways to tell about both. Types only. */

import type { ClonePlan } from '../plan/index.ts';
import type { BegunJoin, Ports } from '../ports.ts';
import type { HostSlots } from '../transfer/index.ts';
import type { RemoteAddress, SignIn } from '../remote/index.ts';
import type { Workspace } from '../repo/index.ts';
import type { JobEvent } from './job-machine.ts';
import type { LiveJob } from './live-job.ts';

export interface WorkContext {
  ports: Ports;
  live: LiveJob;
  address: RemoteAddress;
  /** How the remote's questions about who we are get answered; for `openConnection`. */
  access: { signIn: SignIn; askpassEnv?: Record<string, string> };
  workspace: Workspace;
  /** Connections to servers of files, of all jobs. */
  hosts: HostSlots;
  signal: AbortSignal;
  /** The refs have moved since those that are fetched: what the server does not know it may have forgotten for good. */
  pinsDrifted?: boolean;
  /** The one pack that all will end in, as far as it was put together while they came. */
  gathered?: BegunJoin | null;
  /** A stage is done; the machine decides what the job is now. */
  report(event: JobEvent): void;
  note(level: 'info' | 'notice' | 'problem', text: string): void;
  /** The way changed; the plan that is shown says so. */
  usePlan(plan: ClonePlan): void;
  /** Keep the record now (durable when it returns). */
  save(): void;
}
