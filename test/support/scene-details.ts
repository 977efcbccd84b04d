/** The details that go with the jobs of the scenes. */

import type {
  ActivityLine,
  ArtefactView,
  AttemptView,
  CloneOptions,
  JobDetail,
  JobView,
  OfferView,
  StageView,
} from '../../main/contract/index.ts';
import { failure } from './scenes.ts';

const mib = 1024 * 1024;

export const offer: OfferView = {
  protocolVersion: 2,
  agent: 'git/github-8e2b1c5f',
  objectFormat: 'sha1',
  capabilities: {
    filter: true,
    shallow: true,
    bundleUri: false,
    packfileUris: false,
    resume: false,
    objectInfo: true,
    refInWant: true,
  },
  headBranch: 'main',
  branches: 128,
  tags: 941,
  refs: 1070,
  empty: false,
};

const order = ['probe', 'download', 'index', 'connect', 'checkout'] as const;

function stagesOf(view: JobView): StageView[] {
  const at = view.state === 'done' ? order.length : view.stage === null ? -1 : order.indexOf(view.stage);
  return order.map((name, index) => {
    const state =
      index < at ? 'done' : index > at ? 'waiting' : view.state === 'failed' ? 'failed' : 'active';
    const share = state === 'done' ? 1 : state === 'waiting' ? null : (view.fraction ?? null);
    const unit = (
      { probe: null, download: 'bytes', index: 'deltas', connect: 'objects', checkout: 'files' } as const
    )[name];
    const total = { probe: null, download: null, index: 812_400, connect: 1_402_113, checkout: 79_201 }[name];
    const done =
      name === 'download'
        ? view.bytes.usefulBytes
        : share === null || total === null
          ? null
          : Math.round(share * total);
    return { name, state, fraction: share, done, total, unit };
  });
}

function artefactsOf(view: JobView): ArtefactView[] {
  const { usefulBytes } = view.bytes;
  if (usefulBytes === 0) return [];
  const done = view.state === 'done';
  const kept = Math.round(usefulBytes * 0.6);
  const arriving = view.state === 'downloading' ? Math.min(4 * mib, usefulBytes - kept) : 0;
  return [
    {
      id: `${view.id}-pack`,
      kind: 'pack-stream',
      source: view.host,
      state: done ? 'verified' : view.stage === 'download' ? 'arriving' : 'spooled',
      bytes: usefulBytes,
      totalBytes: null,
      objects: Math.round(1_402_113 * (view.fraction ?? 0)),
      totalObjects: 1_402_113,
      pieces: done
        ? [{ fromBytes: 0, toBytes: usefulBytes, state: 'indexed' }]
        : [
            { fromBytes: 0, toBytes: kept, state: 'indexed' },
            { fromBytes: kept, toBytes: usefulBytes - arriving, state: 'here' },
            ...(arriving > 0
              ? [{ fromBytes: usefulBytes - arriving, toBytes: usefulBytes, state: 'arriving' } as const]
              : []),
          ],
    },
  ];
}

function attemptsOf(view: JobView, nowMs: number): AttemptView[] {
  if (view.bytes.usefulBytes === 0) return [];
  const source = view.host;
  const lost = failure('connection-lost', { host: view.host });
  const make = (number: number, change: Partial<AttemptView>): AttemptView => ({
    number,
    artefactId: `${view.id}-pack`,
    source,
    startedAtMs: nowMs - (5 - number) * 240_000,
    endedAtMs: nowMs - (5 - number) * 240_000 + 181_000,
    bytes: Math.round(view.bytes.usefulBytes / 3),
    result: 'failed',
    failure: lost,
    entriesKept: 41_233 * number,
    ...change,
  });
  const last =
    view.state === 'downloading'
      ? make(3, { endedAtMs: null, result: 'running', failure: null, entriesKept: null })
      : make(3, { result: view.state === 'paused' ? 'paused' : 'complete', failure: null });
  return [make(1, {}), make(2, {}), last];
}

function activityOf(view: JobView, nowMs: number): ActivityLine[] {
  const line = (ago: number, text: string, level: ActivityLine['level'] = 'info'): ActivityLine => ({
    atMs: nowMs - ago * 1000,
    text,
    level,
  });
  return [
    line(900, `Added by you; goes to ${view.directory}.`),
    line(899, `Asked ${view.host} what it offers: protocol version 2, 1,070 references, partial clones.`),
    line(898, 'Asked for one pack with everything.'),
    line(
      420,
      `The connection to ${view.host} ended after 512.0 MiB; 41,233 whole objects are kept.`,
      'notice',
    ),
    line(412, 'Connected again.'),
    ...(view.failure
      ? [line(2, 'Gave up: the server answered with something that is not Git.', 'problem')]
      : []),
  ];
}

/** The detail that goes with a job of these scenes. */
export function detailOf(view: JobView, options: CloneOptions = {}, nowMs = Date.now()): JobDetail {
  const asked = view.state !== 'queued' && view.state !== 'probing' && view.stage !== 'probe';
  return {
    job: view,
    options,
    plan: asked
      ? {
          strategy: 'plain',
          sentence: `${view.host} offers neither bundles nor resuming, so Packmule fetches one pack and checks it while it arrives.`,
        }
      : null,
    offer: asked ? offer : null,
    stages: stagesOf(view),
    artefacts: artefactsOf(view),
    attempts: attemptsOf(view, nowMs),
    activity: activityOf(view, nowMs),
    rateHistory: asked
      ? Array.from({ length: 100 }, (_, second) =>
          second > 38 && second < 47
            ? 0
            : Math.round((3.4 + Math.sin(second / 7) + Math.sin(second * 1.7) * 0.4) * mib),
        )
      : [],
    cutCostBytes: view.state === 'downloading' ? 4 * mib : 0,
  };
}
