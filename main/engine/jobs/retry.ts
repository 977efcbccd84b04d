/**
 * What a failure means for the job: try again and when, wait for the network, ask a person, or end. Pure; chance and
 * counts are handed in.
 */

import { errorKinds, type EngineFailure } from '../errors.ts';
import { backoffMs } from '../transfer/index.ts';

export { backoffMs, retryDelayMsMax, retryDelayMsMin } from '../transfer/index.ts';

export type FailureDecision =
  | { kind: 'retry-later'; delayMs: number }
  | { kind: 'wait-for-network'; delayMs: number }
  | { kind: 'ask'; question: 'target-exists' | 'disk-full' | 'object-too-large' | 'authentication' }
  | { kind: 'fail' };

export interface FailureSituation {
  failure: EngineFailure;
  /** Tries in a row without progress, this one included (1 for the first failure). */
  tries: number;
  /** Whether this job ever got a sensible answer from its server: before that, a wrong name is a typing error. */
  reachedServer: boolean;
  /** Server faults end after this many tries; network faults never do. */
  triesMax: number;
  /** Uniform in [0, 1). */
  chance: number;
}

/** Waiting for the network is cheap to end by an "online" event, so its tries are spaced like any other. */
export function decide(situation: FailureSituation): FailureDecision {
  const { failure, tries, reachedServer } = situation;
  if (failure.code === 'target-exists') return { kind: 'ask', question: 'target-exists' };
  if (failure.code === 'disk-full') return { kind: 'ask', question: 'disk-full' };
  // Each further try costs what one connection carries, for nothing, unless something about the line has changed.
  if (failure.code === 'object-too-large') return { kind: 'ask', question: 'object-too-large' };
  // An HTTP server's 401 (RFC 9110 §15.5.2): a name and a password are the answer. What ssh needs, ssh asks itself.
  if (failure.code === 'authentication-required' && failure.facts.status === 401)
    return { kind: 'ask', question: 'authentication' };

  // The server's word about when to come back is an order, not a hint (RFC 9110 §10.2.3).
  const delayMs = Math.max(backoffMs(tries, situation.chance), failure.facts.retryAfterMs ?? 0);
  // A server that spoke Git before and now sends pages is not that server: the network wants a sign-in (RFC 8952).
  if (failure.code === 'not-git' && reachedServer) return { kind: 'wait-for-network', delayMs };

  const { fault, spurious } = errorKinds[failure.code];
  if (!spurious) return { kind: 'fail' };
  if (fault === 'network') {
    const firstContact = failure.code === 'host-not-found' || failure.code === 'connection-refused';
    if (!reachedServer && firstContact) return { kind: 'fail' };
    // A connection that broke is trouble on the way; one that cannot even be made is no network.
    return failure.code === 'connection-lost'
      ? { kind: 'retry-later', delayMs }
      : { kind: 'wait-for-network', delayMs };
  }
  if (tries >= situation.triesMax) return { kind: 'fail' };
  return { kind: 'retry-later', delayMs };
}

/** As many new bytes as make a try count as progress. */
export const progressBytesMin = 1024 * 1024;
