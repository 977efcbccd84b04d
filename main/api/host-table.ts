/** The engine as a table that `serveHost` can ask: inputs are checked, calls made, failures translated. */

import type { EndpointName, HostTable, Input, Output, TopicName, TopicValue } from '../contract/index.ts';
import type { Clock, Engine } from '../engine/index.ts';
import { contractFailureOf } from './failures.ts';
import { createFeed } from './feed.ts';
import { createHandlers } from './handlers.ts';
import { checkInput, checkTopicInput } from './schemas.ts';
import type { HostFacts } from './views.ts';

/** Time for the reply to `engine.quit` to reach the client before the process ends. */
const farewellMs = 50;

export interface HostTableOptions {
  facts: HostFacts;
  clock: Clock;
  /** Ends the process. Called a moment after the engine has stopped and the reply was given. */
  quit(): void;
}

/** One table serves any number of clients; all of them share one feed. */
export function createHostTable(engine: Engine, options: HostTableOptions): HostTable {
  const { facts, clock } = options;
  const handlers = createHandlers(
    engine,
    facts,
    () => void clock.sleep(farewellMs).then(() => options.quit()),
  );
  const feed = createFeed(engine, clock);

  const answer = async <N extends EndpointName>(
    name: N,
    input: unknown,
    signal: AbortSignal,
  ): Promise<Output<N>> =>
    // The cast only joins what the type of the table says for each name on its own.
    (handlers[name] as (input: Input<N>, signal: AbortSignal) => Promise<Output<N>>)(
      checkInput(name, input),
      signal,
    );

  const start = <N extends TopicName>(
    topic: N,
    input: unknown,
    emit: (value: TopicValue<N>) => void,
    end: Parameters<HostTable['follow']>[3],
  ) => feed[topic](checkTopicInput(topic, input), emit, end);

  return {
    async handle(name, input, signal) {
      try {
        return await answer(name, input, signal);
      } catch (error) {
        throw contractFailureOf(error);
      }
    },
    follow(topic, input, emit, end) {
      try {
        return start(topic, input, emit, end);
      } catch (error) {
        throw contractFailureOf(error);
      }
    },
  };
}
