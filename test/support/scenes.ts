/** Jobs in every state a window can show, written down by hand. Nothing here is measured. */

import type { Failure, FailureCode, FailureFacts, JobState, JobView } from '../../main/contract/index.ts';

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

/** What long fights with a bad network look like, and what updates do. */
export function afterCuts(nowMs = Date.now()): JobView[] {
  const fought = (name: string, requests: number, fraction: number) =>
    job({
      name,
      state: 'downloading',
      stage: 'download',
      fraction,
      bytes: received(183 * mib, {
        wireBytes: 185.4 * mib,
        wastedBytes: 1.6 * mib,
        savedBytes: 171 * mib,
        uploadedBytes: 4.9 * mib,
      }),
      rateBytesPerSecond: 0.9 * mib,
      etaSeconds: 310,
      requests,
      drops: Math.round(requests / 7),
      activeSeconds: 412,
    });
  return [
    fought('many-cuts', 151, 0.58),
    fought('very-many-cuts', 2001, 0.81),
    job({
      name: 'moving-target',
      state: 'done',
      fraction: 1,
      bytes: received(96 * mib, { wireBytes: 97.1 * mib, savedBytes: 41 * mib, wastedBytes: 0.3 * mib }),
      requests: 31,
      drops: 4,
      activeSeconds: 93,
      finishedAtMs: nowMs - 20_000,
    }),
    job({
      name: 'film-archive',
      state: 'needs-you',
      stage: 'download',
      host: 'git.example.org',
      fraction: 0.6,
      bytes: received(212 * mib, { savedBytes: 180 * mib, wastedBytes: 61 * mib }),
      question: {
        id: 'question-large',
        kind: 'object-too-large',
        choices: ['retry', 'cancel'],
        failure: failure('object-too-large', {
          host: 'git.example.org',
          path: 'recordings/2019/autumn/interviews/uncut/a-long-conversation-in-the-garden.final.v3.mov',
          oid: '9ae3f0c1b2a4d5e6f708192a3b4c5d6e7f809101',
          bytesSeen: 21.4 * mib,
          objects: 3,
        }),
      },
      drops: 44,
      requests: 212,
      activeSeconds: 1403,
    }),
  ];
}

/** Updates of repositories in the states in which they differ from clones. */
export function updates(nowMs = Date.now()): JobView[] {
  const update = (change: Partial<JobView> & { name: string; state: JobState }) =>
    job({ kind: 'fetch', requests: 3, activeSeconds: 4.2, ...change });
  const ended = { fraction: 1, finishedAtMs: nowMs - 30_000 };
  return [
    update({
      name: 'linux',
      state: 'downloading',
      host: 'git.kernel.org',
      stage: 'download',
      fraction: 0.31,
      bytes: received(31 * mib),
      rateBytesPerSecond: 2.2 * mib,
      etaSeconds: 31,
    }),
    update({ name: 'busy-project', state: 'done', bytes: received(4.4 * mib), ...ended }),
    update({
      name: 'quiet-project',
      state: 'done',
      bytes: received(0, { wireBytes: 1204 }),
      activeSeconds: 0.4,
      ...ended,
    }),
    update({
      name: 'the-update-of-a-repository-whose-folder-has-a-name-that-is-far-too-long-for-any-row',
      state: 'paused',
      stage: 'download',
      fraction: 0.5,
      bytes: received(12 * mib),
    }),
    update({
      name: 'lonely',
      state: 'failed',
      host: '',
      url: '',
      stage: 'probe',
      requests: 0,
      activeSeconds: 0,
      failure: failure('remote-not-configured', { option: 'upstream' }),
    }),
    job({ name: 'svelte', state: 'done', bytes: received(84 * mib), activeSeconds: 41, ...ended }),
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
