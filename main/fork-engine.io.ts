/** The engine as a child of a plain Node process. */

import { fork } from 'node:child_process';
import type { EngineChild } from './engine-messages.ts';

/**
 * Starts `entry`. In a session of its own, so that a Ctrl-C at the terminal reaches only
 * us; with none of our streams, so that an engine that stays keeps no pipe of ours open.
 */
export function forkEngine(
  entry: string,
  env: Record<string, string | undefined>,
  execArgv: string[],
): EngineChild {
  const child = fork(entry, [], {
    env,
    execArgv: [...process.execArgv, ...execArgv],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  });
  let over = false;
  const exit = Promise.withResolvers<number | null>();
  const end = (code: number | null): void => {
    over = true;
    exit.resolve(code);
  };
  child.once('exit', end);
  // Could not be started at all: no 'exit' follows.
  child.once('error', () => end(child.exitCode));
  return {
    pid: child.pid,
    send: (message) => {
      if (!over && child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exit.promise.then(listener),
    kill: () => void child.kill('SIGKILL'),
  };
}
