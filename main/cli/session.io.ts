/** One conversation with the engine of a home, started if nobody runs it. */

import { ContractFailure, createClient, createPortTransport } from '../contract/index.ts';
import type { Client } from '../contract/index.ts';
import { ensureEngine } from '../launch-engine.ts';
import type { EngineLink, SpawnEngine } from '../launch-engine.ts';

export interface Session {
  readonly client: Client;
  /** Whether this process started the engine: it ends with us unless another client is there. */
  readonly owner: boolean;
  /** Resolves when the engine hung up. */
  readonly closed: Promise<void>;
  /** Hangs up; an engine of ours that nobody else uses has ended when this resolves. */
  end(): Promise<void>;
}

/**
 * Opens a session. An engine may end in the moment between being found and being asked: then it is looked for again.
 * Throws `EngineUnavailable`, or a `ContractFailure` (`version-mismatch`, `engine-stopped`).
 * @param spawn how an engine is started; as a child of ours by default
 */
export async function openSession(home: string, spawn?: SpawnEngine): Promise<Session> {
  for (let triesLeft = 2; ; triesLeft -= 1) {
    const link = await ensureEngine({ home, ...(spawn === undefined ? {} : { spawn }) });
    try {
      return await greet(link);
    } catch (error) {
      await link.leave();
      const vanished = !(error instanceof ContractFailure) || error.failure.code === 'engine-stopped';
      if (!vanished || triesLeft === 0) throw error;
    }
  }
}

async function greet(link: EngineLink): Promise<Session> {
  const transport = createPortTransport(await link.connect());
  await transport.ready;
  return {
    client: createClient(transport),
    owner: link.owner,
    closed: transport.closed,
    async end() {
      transport.close();
      await link.leave();
    },
  };
}

/** Does one thing with a session and ends it. */
export async function withSession<T>(home: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(home);
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
