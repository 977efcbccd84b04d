/** The details that go with the jobs of the scenes. */

import type {
  ActivityLine,
  ArtefactView,
  AttemptView,
  CloneOptions,
  JobDetail,
  JobView,
  OfferView,
  PlanView,
  RefUpdateView,
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
    ...(view.bytes.savedBytes > 0 ? [line(412, '41,233 objects that had arrived before are kept.')] : []),
    ...(view.name === 'moving-target'
      ? [
          line(300, '12 refs were left out: their names are not allowed in Git.', 'notice'),
          line(
            20,
            'While this clone was under way 2 refs moved, 1 ref came. A small fetch has brought it up to date.',
            'notice',
          ),
        ]
      : []),
    ...(view.failure
      ? [line(2, 'Gave up: the server answered with something that is not Git.', 'problem')]
      : []),
  ];
}

/** A clone that was cut in its pack, and `count` requests for the rest: each seventh was cut, the newest two arrive. */
function requestsOf(view: JobView, count: number): ArtefactView[] {
  return Array.from({ length: count }, (_, index) => {
    const arriving = index >= count - 2 && view.state === 'downloading';
    const cut = isCut(index);
    const bytes = 40_000 + ((index * 7919) % 60_000);
    return {
      id: `${view.id}-request-${index}`,
      kind: 'object-batch',
      source: view.host,
      state:
        index % 61 === 60
          ? 'abandoned'
          : arriving
            ? 'arriving'
            : index === count - 3
              ? 'spooled'
              : 'verified',
      bytes,
      totalBytes: arriving ? null : bytes,
      objects: arriving ? 0 : cut ? 30 : 72,
      totalObjects: 72,
      pieces: [{ fromBytes: 0, toBytes: bytes, state: arriving ? 'arriving' : 'indexed' }],
    };
  });
}

/** What was kept of the pack of such a clone. */
function cutPack(view: JobView): ArtefactView {
  const bytes = 173 * mib;
  return {
    id: `${view.id}-pack`,
    kind: 'pack-stream',
    source: view.host,
    state: 'verified',
    bytes,
    totalBytes: bytes,
    objects: 801_400,
    totalObjects: 1_402_113,
    pieces: [{ fromBytes: 0, toBytes: bytes, state: 'indexed' }],
  };
}

const isCut = (index: number) => index % 7 === 3;

function attemptsAt(requests: readonly ArtefactView[], nowMs: number): AttemptView[] {
  return requests.map(({ id, source, bytes, state }, index) => ({
    number: index + 2,
    artefactId: id,
    source,
    startedAtMs: nowMs - (requests.length - index) * 900,
    endedAtMs: state === 'arriving' ? null : nowMs - (requests.length - index) * 900 + 800,
    bytes,
    result: state === 'arriving' ? 'running' : isCut(index) ? 'failed' : 'complete',
    failure: isCut(index) ? failure('connection-lost', { host: source }) : null,
    entriesKept: isCut(index) ? 30 : 72,
  }));
}

/** How many requests the clones of some names took. */
const requestCounts: Partial<Record<string, number>> = { 'many-cuts': 150, 'very-many-cuts': 2000 };

const wholePlan = (host: string): PlanView => ({
  strategy: 'plain',
  sentence: `${host} sends everything as one pack; after a cut only what is missing is fetched, object by object.`,
});
const cutPlan = (host: string): PlanView => ({
  strategy: 'objects',
  sentence: `The download was interrupted. Everything that arrived is kept; ${host} is asked for exactly the objects that are missing.`,
});

/** What the updates of these scenes did; by name. */
function updatesOf(view: JobView): RefUpdateView[] | undefined {
  if (view.kind !== 'fetch' || view.state !== 'done') return undefined;
  if (view.name !== 'busy-project') return [];
  const oid = (index: number) =>
    ((index + 3) * 2_654_435_761 * 65_537).toString(16).padEnd(40, '7').slice(0, 40);
  const change = (
    index: number,
    change: RefUpdateView['change'],
    name: string,
    more: Partial<RefUpdateView> = {},
  ): RefUpdateView => ({
    change,
    remoteName: `refs/heads/${name}`,
    localName: `refs/remotes/origin/${name}`,
    from: oid(index),
    to: oid(index + 50),
    ...more,
  });
  const tag = (index: number, name: string): RefUpdateView => ({
    change: 'new-tag',
    remoteName: `refs/tags/${name}`,
    localName: `refs/tags/${name}`,
    from: null,
    to: oid(index),
  });
  return [
    change(1, 'fast-forward', 'main'),
    change(2, 'fast-forward', 'release/2.x'),
    change(3, 'forced', 'experiments/a-branch-with-a-name-that-goes-on-and-on-and-on'),
    change(4, 'new-branch', 'topic/new', { from: null }),
    change(5, 'deleted', 'topic/old', { remoteName: null, to: null }),
    change(6, 'rejected', 'pinned', { reason: 'it does not fast-forward, and its refspec has no plus sign' }),
    ...Array.from({ length: 41 }, (_, index) => tag(index + 10, `v3.${index}.0`)),
  ];
}

/** The detail that goes with a job of these scenes. */
export function detailOf(view: JobView, options: CloneOptions = {}, nowMs = Date.now()): JobDetail {
  const requests = requestsOf(view, requestCounts[view.name] ?? 0);
  const changed = updatesOf(view);
  const asked = view.state !== 'queued' && view.state !== 'probing' && view.stage !== 'probe';
  return {
    job: view,
    options,
    ...(view.kind === 'fetch' ? { fetch: { remote: 'origin', prune: true } } : {}),
    ...(changed ? { updates: changed } : {}),
    plan: asked ? (requests.length > 0 ? cutPlan(view.host) : wholePlan(view.host)) : null,
    offer: asked ? offer : null,
    stages: stagesOf(view),
    artefacts: [...(requests.length > 0 ? [cutPack(view)] : artefactsOf(view)), ...requests],
    attempts: [
      ...attemptsOf(view, nowMs).slice(0, requests.length > 0 ? 1 : 3),
      ...attemptsAt(requests, nowMs),
    ],
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
