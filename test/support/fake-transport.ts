/** A transport of two functions in place of the engine. What a test has not provided is refused by name. */

import {
  contractFailure,
  createClient,
  type Client,
  type EndpointName,
  type Failure,
  type Input,
  type Output,
  type TopicInput,
  type TopicName,
  type TopicValue,
  type Transport,
} from '../../main/contract/index.ts';

export type FakeAnswers = {
  [N in EndpointName]?: (input: Input<N>, signal?: AbortSignal) => Output<N> | Promise<Output<N>>;
};

export interface FakeTransport extends Transport {
  readonly client: Client;
  /** Every request, in order. */
  readonly asked: { name: EndpointName; input: unknown; signal: AbortSignal | undefined }[];
  /** Inputs of the requests of one name. */
  inputsOf<N extends EndpointName>(name: N): Input<N>[];
  /** Sends a value to everyone who follows the topic (with this input, where given). */
  emit<T extends TopicName>(topic: T, value: TopicValue<T>, input?: TopicInput<T>): void;
  /** Ends the topic for everyone who follows it. */
  end(topic: TopicName, failure: Failure): void;
  /** What is being followed now. */
  following(): { topic: TopicName; input: unknown }[];
}

interface Follower {
  topic: TopicName;
  input: unknown;
  onValue: (value: unknown) => void;
  onEnd: ((failure: Failure) => void) | undefined;
}

export function createFakeTransport(answers: FakeAnswers = {}): FakeTransport {
  const asked: FakeTransport['asked'] = [];
  const followers = new Set<Follower>();

  const transport: Transport = {
    invoke(name, input, signal) {
      asked.push({ name, input, signal });
      const answer = answers[name] as ((input: unknown, signal?: AbortSignal) => unknown) | undefined;
      if (!answer)
        return Promise.reject(
          contractFailure('unknown-endpoint', { detail: `the test has no answer for ${name}` }),
        );
      return new Promise((resolve) => resolve(answer(input, signal)));
    },
    subscribe(topic, input, onValue, onEnd) {
      const follower: Follower = { topic, input, onValue, onEnd };
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };

  const of = (topic: TopicName) => [...followers].filter((follower) => follower.topic === topic);
  return {
    ...transport,
    client: createClient(transport),
    asked,
    inputsOf: <N extends EndpointName>(name: N) =>
      asked.filter((request) => request.name === name).map((request) => request.input as Input<N>),
    emit: (topic, value, input) => {
      for (const follower of of(topic)) {
        if (input === undefined || JSON.stringify(input) === JSON.stringify(follower.input))
          follower.onValue(value);
      }
    },
    end: (topic, failure) => {
      for (const follower of of(topic)) {
        followers.delete(follower);
        follower.onEnd?.(failure);
      }
    },
    following: () => [...followers].map(({ topic, input }) => ({ topic, input })),
  };
}
