import type { Git, Ports } from '../engine/ports.ts';
import { endsWell, startDuplex } from './duplex-process.ts';
import { openSocket } from './duplex-socket.ts';
import { sshEnvironment, sshInvocation, type SshSettings } from './ssh.ts';

/** What the environment says, and where it is silent the user's configuration (git-config(1), core.sshCommand, ssh.variant). */
async function readSettings(git: Git, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<SshSettings> {
  const configured = async (key: string): Promise<string | null> => {
    const { stdout, exitCode } = await git.run(['config', '--get', key], {
      configuration: 'as-user',
      expect: [1],
      signal,
    });
    return exitCode === 0 ? Buffer.from(stdout).toString().replace(/\n$/, '') : null;
  };
  // As in git, an empty variable counts as set.
  const { GIT_SSH_COMMAND, GIT_SSH, GIT_SSH_VARIANT } = env;
  return {
    commandLine: GIT_SSH_COMMAND ?? (await configured('core.sshCommand')),
    program: GIT_SSH ?? null,
    variant: GIT_SSH_VARIANT ?? (await configured('ssh.variant')),
  };
}

/** The port of the same name. The environment is read at each call, the configuration too: people change them. */
export function createDuplexOpener(git: Git): Ports['openDuplex'] {
  return async (target, signal) => {
    if (target.transport === 'git') return openSocket(target, signal);
    const settings = await readSettings(git, process.env, signal);
    const env = sshEnvironment(process.env, target.askpassEnv);
    const invocation = await sshInvocation(target, settings, (asking) => endsWell(asking, env, signal));
    return startDuplex(invocation, env, signal);
  };
}
