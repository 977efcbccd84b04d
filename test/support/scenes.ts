/** Jobs in every state a window can show, written down by hand. Nothing here is measured. */

import type {
  ActivityLine,
  ArtefactView,
  AttemptView,
  CloneOptions,
  Failure,
  FailureCode,
  FailureFacts,
  JobDetail,
  JobState,
  JobView,
  OfferView,
  StageView,
} from '../../main/contract/index.ts';

const mib = 1024 * 1024;

export function failure(code: FailureCode, facts: FailureFacts = {}): Failure {
  return { code, facts };
}

let made = 0;

/** A job with everything at its quietest; `change` says what this one is about. */
export function job(
  change: Partial<JobView> & { name: string; state: JobState },
  nowMs = Date.now(),
): JobView {
  made += 1;
  const host = change.host ?? 'github.com';
  return {
    id: `job-${made}`,
    kind: 'clone',
    url: `https://${host}/team/${change.name}.git`,
    host,
    directory: `/home/ada/src/${change.name}`,
    stage: null,
    position: made,
    fraction: null,
    bytes: { wireBytes: 0, usefulBytes: 0, wastedBytes: 0, savedBytes: 0, uploadedBytes: 0 },
    rateBytesPerSecond: 0,
    etaSeconds: null,
    retry: null,
    failure: null,
    question: null,
    requests: 0,
    drops: 0,
    activeSeconds: 0,
    createdAtMs: nowMs - made * 60_000,
    finishedAtMs: null,
    ...change,
  };
}

export function received(bytes: number, more: Partial<JobView['bytes']> = {}): JobView['bytes'] {
  return {
    wireBytes: bytes + Math.round(bytes / 200),
    usefulBytes: bytes,
    wastedBytes: 0,
    savedBytes: 0,
    uploadedBytes: 2310,
    ...more,
  };
}

/** One job of each kind a person meets. */
export function everyState(nowMs = Date.now()): JobView[] {
  const asks = (kind: 'target-exists' | 'disk-full' | 'authentication', why: Failure) =>
    ({
      id: `question-${kind}`,
      kind,
      failure: why,
      choices: ['retry', 'cancel'],
    }) satisfies JobView['question'];
  const ended = { finishedAtMs: nowMs - 90_000 };
  return [
    job({
      name: 'linux',
      state: 'downloading',
      host: 'git.kernel.org',
      stage: 'download',
      fraction: 0.624,
      bytes: received(1843 * mib, { savedBytes: 512 * mib, wastedBytes: 3 * mib }),
      rateBytesPerSecond: 4.1 * mib,
      etaSeconds: 184,
      requests: 7,
      drops: 2,
      activeSeconds: 611,
    }),
    job({
      name: 'the-repository-with-a-rather-long-name-that-somebody-must-have-thought-was-a-good-idea-at-the-time',
      state: 'retrying',
      host: 'a-very-long-subdomain.of-a-server.inside.some-company.example.com',
      stage: 'download',
      fraction: 0.31,
      bytes: received(212 * mib),
      retry: {
        failure: failure('connection-lost', {
          host: 'a-very-long-subdomain.of-a-server.inside.some-company.example.com',
        }),
        attempt: 3,
        atMs: nowMs + 8_000,
      },
      drops: 3,
    }),
    job({
      name: 'git',
      state: 'indexing',
      stage: 'index',
      fraction: 0.83,
      bytes: received(240 * mib),
      etaSeconds: 22,
    }),
    job({
      name: 'postgres',
      state: 'connecting',
      stage: 'connect',
      fraction: 0.94,
      bytes: received(301 * mib),
    }),
    job({
      name: 'rust',
      state: 'checking-out',
      stage: 'checkout',
      fraction: 0.98,
      bytes: received(1300 * mib),
      etaSeconds: 4,
    }),
    job({
      name: 'website',
      state: 'needs-you',
      stage: 'probe',
      host: 'git.example.org',
      question: asks('authentication', failure('authentication-required', { host: 'git.example.org' })),
    }),
    job({
      name: 'dotfiles',
      state: 'needs-you',
      stage: 'checkout',
      fraction: 0.9,
      bytes: received(mib),
      question: asks('target-exists', failure('target-exists', { path: '/home/ada/src/dotfiles' })),
    }),
    job({
      name: 'llvm-project',
      state: 'waiting-for-network',
      stage: 'download',
      fraction: 0.12,
      bytes: received(310 * mib),
      retry: {
        failure: failure('network-unreachable', { host: 'github.com' }),
        attempt: 1,
        atMs: nowMs + 64_000,
      },
    }),
    job({ name: 'cpython', state: 'probing', stage: 'probe' }),
    job({ name: 'gitoxide', state: 'queued' }),
    job({ name: 'transmission', state: 'queued' }),
    job({
      name: 'chromium',
      state: 'paused',
      stage: 'download',
      fraction: 0.44,
      bytes: received(19_800 * mib),
    }),
    job({
      name: 'svelte',
      state: 'done',
      fraction: 1,
      bytes: received(84 * mib, { wireBytes: 84.6 * mib }),
      activeSeconds: 41.2,
      requests: 3,
      ...ended,
    }),
    job({
      name: 'empty',
      state: 'done',
      fraction: 1,
      bytes: received(0, { wireBytes: 812 }),
      activeSeconds: 0.3,
      ...ended,
    }),
    job({
      name: 'no-such-thing',
      state: 'failed',
      failure: failure('repository-not-found', {
        host: 'github.com',
        url: 'https://github.com/team/no-such-thing.git',
        status: 404,
      }),
      stage: 'probe',
      ...ended,
    }),
    job({
      name: 'intranet',
      state: 'failed',
      host: 'git.intranet.example',
      failure: failure('tls-failed', { host: 'git.intranet.example', detail: 'certificate has expired' }),
      stage: 'probe',
      ...ended,
    }),
    job({
      name: 'portal',
      state: 'failed',
      host: 'wifi.example.net',
      failure: failure('not-git', {
        host: 'wifi.example.net',
        url: 'http://wifi.example.net/portal.git',
        status: 200,
      }),
      stage: 'probe',
      ...ended,
    }),
    job({
      name: 'broken',
      state: 'failed',
      host: 'mirror.example.com',
      fraction: 0.7,
      bytes: received(55 * mib),
      failure: failure('git-failed', {
        host: 'mirror.example.com',
        detail: 'fatal: inflate returned -3\nfatal: index-pack failed',
      }),
      stage: 'index',
      ...ended,
    }),
    job({ name: 'abandoned', state: 'cancelled', fraction: 0.2, bytes: received(3 * mib), ...ended }),
  ];
}

/** A thousand jobs, most of them quiet. */
export function manyJobs(count = 1000, nowMs = Date.now()): JobView[] {
  const states: JobState[] = [
    'done',
    'queued',
    'paused',
    'done',
    'failed',
    'downloading',
    'done',
    'retrying',
  ];
  return Array.from({ length: count }, (_, index) => {
    const state = states[index % states.length] ?? 'done';
    return job({
      name: `project-${String(index + 1).padStart(4, '0')}`,
      host: ['github.com', 'gitlab.com', 'codeberg.org', 'git.example.org'][index % 4] ?? 'github.com',
      state,
      fraction: state === 'done' ? 1 : state === 'queued' ? null : ((index * 37) % 100) / 100,
      bytes: received(((index * 7919) % 900) * mib),
      rateBytesPerSecond: state === 'downloading' ? ((index * 31) % 50) * 100_000 : 0,
      activeSeconds: index % 300,
      retry:
        state === 'retrying'
          ? {
              failure: failure('server-error', { host: 'github.com', status: 503 }),
              attempt: 2,
              atMs: nowMs + (index % 60) * 1000,
            }
          : null,
      failure: state === 'failed' ? failure('host-not-found', { host: 'git.example.org' }) : null,
    });
  });
}

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
