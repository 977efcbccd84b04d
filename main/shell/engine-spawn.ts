/**
 * Starts the engine's process the way Electron does it. Not `child_process.fork`: that needs the "run as Node" fuse,
 * which is off in our packages (Electron documentation, "Electron Fuses").
 */

import { utilityProcess } from 'electron';

export interface SpawnedEngine {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the exit code; also when it had ended before the listener came. */
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** `entry` is the absolute path of the built module, also inside the archive. What it prints goes where ours goes. */
export function spawnEngine(
  entry: string,
  env: Record<string, string | undefined>,
  execArgv: string[],
): SpawnedEngine {
  const child = utilityProcess.fork(entry, [], {
    env,
    execArgv,
    serviceName: 'Packmule engine',
    stdio: 'inherit',
  });
  const exit = Promise.withResolvers<number>();
  let over = false;
  child.once('exit', (code) => {
    over = true;
    exit.resolve(code);
  });
  // A fatal error of its V8; the exit that follows is what counts. Without a listener the event would end us, too.
  child.on('error', (type, location) => console.error(`packmule: engine: ${type} in ${location}`));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (!over) child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exit.promise.then(listener),
    kill: () => void child.kill(),
  };
}
