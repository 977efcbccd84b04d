/**
 * Entry that ssh starts to ask a person (ssh(1), SSH_ASKPASS): the question is the argument, the answer goes to standard
 * output. It asks the engine that started ssh; without an answer it ends with 1, and ssh gives up.
 */

import { localAddress } from './api/local-address.ts';
import { connectLocal } from './api/local-socket-carrier.io.ts';
import { createClient, createPortTransport } from './contract/index.ts';

process.exitCode = await answer(process.argv[2] ?? '');

async function answer(prompt: string): Promise<number> {
  const { PACKMULE_HOME: home, PACKMULE_ASKPASS_TOKEN: token, SSH_ASKPASS_PROMPT: kind } = process.env;
  // A notice ("touch your key"), which waits for nothing from us.
  if (kind === 'none') return 0;
  // Whether a key in an agent may be used is for its owner's own agent to ask.
  if (kind === 'confirm' || home === undefined || token === undefined) return 1;
  try {
    const transport = createPortTransport(await connectLocal(localAddress(home)));
    // The wrapper becomes this process, so our parent is the ssh that asks.
    const question = { token, prompt, asker: process.ppid };
    const said = await createClient(transport).ask('askpass.ask', question);
    transport.close();
    if (said.answer === null) return 1;
    process.stdout.write(`${said.answer}\n`);
    return 0;
  } catch {
    return 1;
  }
}
