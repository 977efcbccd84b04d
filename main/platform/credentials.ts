import type { CredentialQuestion, Credentials, FoundCredential, Git } from '../engine/ports.ts';
import { decodeCredential, encodeCredential } from '../git/index.ts';

/** A helper that opens a window waits for a person; one that must not waits for nobody. */
const silentMsMax = 10_000;
const tellMsMax = 30_000;

/**
 * What a helper may not know of us. Everything else of our caller's environment is the user's own and may matter to it
 * (which desktop, which key ring, which configuration); GIT_* would lead git to another repository or another question.
 */
const ours = /^(GIT_|PACKMULE_|SSH_ASKPASS|ELECTRON_|NODE_|LC_ALL$)/;

function helperEnvironment(caller: NodeJS.ProcessEnv, silent: boolean): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(caller))
    if (value !== undefined && !ours.test(name)) env[name] = value;
  // Set and empty: git asks no program for a password (prompt.c, git_prompt). Questions to people are ours to ask.
  env['GIT_ASKPASS'] = '';
  env['SSH_ASKPASS'] = '';
  env['GIT_TERMINAL_PROMPT'] = '0';
  // Git Credential Manager's own switch, and git's for all helpers (git-config(1), credential.interactive).
  if (silent) env['GCM_INTERACTIVE'] = 'never';
  return env;
}

/**
 * `git credential` with the user's configuration (git-credential(1)). Names and passwords go through its standard input
 * and output alone: never an argument, an environment variable or a line of the log. `onTrouble` hears which operation
 * failed, nothing else: what a helper prints may hold a secret.
 */
export function createCredentials(git: Git, onTrouble: (operation: string) => void = () => {}): Credentials {
  const ask = async (
    operation: 'fill' | 'approve' | 'reject',
    question: CredentialQuestion,
    credential: FoundCredential | null,
    options: { silent: boolean; signal: AbortSignal },
  ): Promise<Uint8Array | null> => {
    const { silent, signal } = options;
    const { exitCode, stdout } = await git.run(['credential', operation], {
      configuration: 'as-user',
      input: encodeCredential({ ...question, ...credential }),
      // 128: nobody knows, or a helper wants no more questions.
      expect: [128],
      config: ['core.askPass=', ...(silent ? ['credential.interactive=false'] : [])],
      env: helperEnvironment(process.env, silent),
      signal,
    });
    return exitCode === 0 ? stdout : null;
  };

  const tell = async (
    operation: 'approve' | 'reject',
    question: CredentialQuestion,
    credential: FoundCredential,
  ): Promise<void> => {
    try {
      await ask(operation, question, credential, { silent: true, signal: AbortSignal.timeout(tellMsMax) });
    } catch {
      onTrouble(operation);
    }
  };

  return {
    async fill(question, { silent, signal }) {
      const patience = silent ? AbortSignal.any([signal, AbortSignal.timeout(silentMsMax)]) : signal;
      try {
        const said = await ask('fill', question, null, { silent, signal: patience });
        if (said === null) return null;
        const { username, password, oauthRefreshToken, passwordExpiryUtc } = decodeCredential(said);
        if (username === undefined || password === undefined) return null;
        return {
          username,
          password,
          ...(oauthRefreshToken === undefined ? {} : { oauthRefreshToken }),
          ...(passwordExpiryUtc === undefined ? {} : { passwordExpiryUtc }),
        };
      } catch {
        signal.throwIfAborted();
        onTrouble('fill');
        return null;
      }
    },
    approve: (question, credential) => tell('approve', question, credential),
    reject: (question, credential) => tell('reject', question, credential),
  };
}
