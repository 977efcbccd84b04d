/** A connection for as long as a piece of work needs one, with its figures in the job's books. */

import { openConnection, type GitConnection } from '../remote/index.ts';
import type { WorkContext } from './work-context.ts';

/** However the work ends, no socket is open afterwards. */
export async function withConnection<T>(
  context: WorkContext,
  work: (connection: GitConnection) => Promise<T>,
): Promise<T> {
  const connection = openConnection(context.address, context.ports, context.access);
  context.live.attach(connection);
  const stop = () => void connection.close();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(connection);
  } finally {
    context.signal.removeEventListener('abort', stop);
    context.live.tick(context.ports.clock.monotonicMs());
    context.live.detach();
    await connection.close();
  }
}
