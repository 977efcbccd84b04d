/** Each endpoint with the call to the engine that answers it, complete by type. Inputs were checked before. */

import type { EndpointName, Input, JobSelection, Output } from '../contract/index.ts';
import type { Engine, Selection } from '../engine/index.ts';
import { aboutView, destinationView, jobDetail, jobView, probeView, settingsView } from './views.ts';
import type { HostFacts } from './views.ts';

export type Handlers = {
  [N in EndpointName]: (input: Input<N>, signal: AbortSignal) => Output<N> | Promise<Output<N>>;
};

/** `quit` is called once the engine has stopped; it must leave the reply time to go out before the process ends. */
export function createHandlers(engine: Engine, facts: HostFacts, quit: () => void): Handlers {
  return {
    'engine.about': async () => aboutView(facts, await engine.gitVersion()),
    'engine.quit': async () => {
      await engine.stop();
      quit();
      return null;
    },
    'engine.hold': async ({ reason }) => {
      await engine.hold(reason);
      return null;
    },
    'engine.release': ({ reason }) => {
      engine.release(reason);
      return null;
    },
    'engine.network-online': () => {
      engine.networkOnline();
      return null;
    },
    'remote.probe': async ({ url }, signal) => probeView(await engine.probe(url, signal)),
    'destination.check': async ({ path }) => destinationView(await engine.checkDestination(path)),
    'job.clone': async (wish) => {
      const { id, directory } = await engine.addClone(wish);
      return { id, directory };
    },
    'job.fetch': async (wish) => {
      const { id, directory } = await engine.addFetch(wish);
      return { id, directory };
    },
    'job.adopt': async (wish) => {
      const { id, directory, kind } = await engine.adopt(wish);
      return { id, directory, kind };
    },
    'job.list': () => engine.jobs().map(jobView),
    'job.get': ({ id }) => jobDetail(engine.report(id)),
    'job.pause': async (which) => ({ ids: await engine.pause(selectionOf(which)) }),
    'job.resume': async (which) => ({ ids: await engine.resume(selectionOf(which)) }),
    'job.cancel': async (which) => ({
      ids: await engine.cancel(selectionOf(which), which.keepPartial ?? false),
    }),
    'job.remove': async (which) => ({ ids: await engine.remove(selectionOf(which)) }),
    'job.move': ({ id, before }) => {
      engine.move(id, before);
      return null;
    },
    'job.answer': async ({ id, questionId, ...answer }) => {
      await engine.answer(id, questionId, answer);
      return null;
    },
    'askpass.ask': ({ token, prompt, asker }) => ({ answer: engine.sshAsks(token, prompt, asker) }),
    'settings.get': () => settingsView(engine.settings()),
    'settings.set': (change) => settingsView(engine.changeSettings(change)),
  };
}

function selectionOf(which: JobSelection): Selection {
  return 'all' in which ? 'all' : which.ids;
}
