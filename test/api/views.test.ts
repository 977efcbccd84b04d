import { describe, expect, it } from 'vitest';
import { jobDetail, jobView, offerView, pieceRuns, probeView, totalsView } from '../../main/api/views.ts';
import { jobStates as contractStates, stageNames as contractStages } from '../../main/contract/index.ts';
import { jobStates, stageNames } from '../../main/engine/jobs/states.ts';
import type { RemoteOffer, StoredPiece } from '../../main/engine/index.ts';
import { reportOf, snapshotOf } from './engine-double.ts';

const offer: RemoteOffer = {
  protocolVersion: 2,
  agent: 'git/2.39.5',
  objectFormat: 'sha1',
  capabilities: {
    filter: true,
    shallow: true,
    bundleUri: false,
    packfileUris: false,
    resume: false,
    objectInfo: true,
    refInWant: false,
    waitForDone: true,
    sidebandAll: false,
  },
  headTarget: 'refs/heads/topic/one',
  headOid: 'a'.repeat(40),
  counts: { refs: 9, branches: 4, tags: 3 },
  empty: false,
};

it('the contract and the engine know the same states and stages', () => {
  expect(contractStates).toEqual(jobStates);
  expect(contractStages).toEqual(stageNames);
});

describe('a job', () => {
  it('is shown without what is the engine’s own', () => {
    expect(jobView(snapshotOf())).toEqual({
      id: 'aaaabbbbccccdddd',
      kind: 'clone',
      name: 'project',
      url: 'https://git.example.org:8443/team/project.git',
      host: 'git.example.org:8443',
      directory: '/home/ann/project',
      state: 'downloading',
      stage: 'download',
      position: 1,
      fraction: 0.5,
      bytes: { wireBytes: 10, usefulBytes: 8, wastedBytes: 1, savedBytes: 0, uploadedBytes: 2 },
      rateBytesPerSecond: 100,
      etaSeconds: 7,
      retry: null,
      failure: null,
      question: null,
      requests: 3,
      drops: 1,
      activeSeconds: 1.5,
      createdAtMs: 100,
      finishedAtMs: null,
    });
  });

  it.each([
    ['/home/ann/project', 'project'],
    ['/home/ann/project/', 'project'],
    ['/home/ann/odd\\name', 'odd\\name'],
    ['C:\\Users\\Ann\\project', 'project'],
    ['C:/Users/Ann\\project\\', 'project'],
    ['\\\\server\\share\\project', 'project'],
    ['/', '/'],
  ])('in %s is called %s', (directory, name) => {
    expect(jobView(snapshotOf({ directory })).name).toBe(name);
  });

  it.each([
    ['https://example.org/a', 'example.org'],
    ['https://example.org:443/a', 'example.org'],
    ['http://[::1]:8080/a', '[::1]:8080'],
    ['ssh://git@example.org:2222/a', 'example.org:2222'],
    ['git@example.org:team/a.git', 'example.org'],
    ['example.org:a', 'example.org'],
    ['/srv/git/a.git', ''],
    ['file:///srv/git/a.git', ''],
  ])('from %s has the host %s', (url, host) => {
    expect(jobView(snapshotOf({ url })).host).toBe(host);
  });

  it('is shown with its question and what may be answered', () => {
    const failure = { code: 'target-exists' as const, facts: { path: '/a' } };
    const { question } = jobView(snapshotOf({ question: { id: 'q', kind: 'target-exists', failure } }));
    expect(question).toEqual({ id: 'q', kind: 'target-exists', failure, choices: ['retry', 'cancel'] });
  });

  it.each([
    ['https://ann@example.org/a.git', 'https://example.org/a.git', 'ann'],
    ['https://example.org/a.git', 'https://example.org/a.git', undefined],
    // Sent on to another server: whose name it is stays with the first.
    ['https://ann@example.org/a.git', 'https://other.example/a.git', undefined],
    ['https://ann@example.org/a.git', 'https://example.org:8443/a.git', undefined],
    ['https://ann@example.org/a.git', 'http://example.org/a.git', undefined],
  ])('from %s asks for a name at %s, and suggests %s', (url, asking, usernameHint) => {
    const failure = { code: 'authentication-required' as const, facts: { url: asking, status: 401 } };
    const { question } = jobView(snapshotOf({ url, question: { id: 'q', kind: 'authentication', failure } }));
    expect(question).toMatchObject({
      url: asking,
      host: new URL(asking).host,
      choices: ['answer', 'retry', 'cancel'],
    });
    expect(question?.usernameHint).toBe(usernameHint);
  });

  it('shows what ssh asks in its own words', () => {
    const failure = { code: 'host-key-unknown' as const, facts: { host: 'example.org' } };
    const asked = { id: 'q', kind: 'ssh-host-key' as const, failure, prompt: 'SHA256:abc (yes/no)?' };
    const { question } = jobView(snapshotOf({ question: asked }));
    expect(question).toEqual({ ...asked, choices: ['yes', 'no'] });
  });

  it('is shown with why and when it is tried again', () => {
    const failure = { code: 'connection-lost' as const, facts: { host: 'example.org' } };
    const { retry } = jobView(snapshotOf({}, { retry: { failure, attempt: 3, atMs: 5 } }));
    expect(retry).toEqual({ failure, attempt: 3, atMs: 5 });
  });
});

it('a report is shown without the names of tables and files', () => {
  const detail = jobDetail(
    reportOf(snapshotOf(), {
      offer,
      plan: { strategy: 'plain', sentence: 'One pack.', cutCosts: 'whole-pack' },
      stages: [{ name: 'probe', state: 'done', fraction: 1, done: null, total: null, unit: null }],
      artefacts: [
        {
          id: 'x',
          jobId: 'j',
          kind: 'pack-stream',
          source: 'example.org',
          state: 'arriving',
          totalBytes: null,
          totalObjects: 5,
          objects: 2,
          spoolName: 'secret',
          createdAtMs: 1,
          bytes: 30,
          pieces: [{ id: 'p', artefactId: 'x', fromBytes: 0, toBytes: 30, state: 'here' }],
        },
      ],
      attempts: [
        {
          id: 't',
          jobId: 'j',
          number: 1,
          artefactId: 'x',
          source: 'example.org',
          startedAtMs: 1,
          endedAtMs: null,
          bytes: 30,
          result: 'running',
          failure: null,
          entriesKept: null,
        },
      ],
      activity: [{ jobId: 'j', atMs: 1, level: 'info', text: 'Began.' }],
    }),
  );
  expect(detail.plan).toEqual({ strategy: 'plain', sentence: 'One pack.' });
  expect(detail.artefacts).toEqual([
    {
      id: 'x',
      kind: 'pack-stream',
      source: 'example.org',
      state: 'arriving',
      bytes: 30,
      totalBytes: null,
      objects: 2,
      totalObjects: 5,
      pieces: [{ fromBytes: 0, toBytes: 30, state: 'here' }],
    },
  ]);
  expect(detail.attempts[0]).toEqual({
    number: 1,
    artefactId: 'x',
    source: 'example.org',
    startedAtMs: 1,
    endedAtMs: null,
    bytes: 30,
    result: 'running',
    failure: null,
    entriesKept: null,
  });
  expect(detail.activity).toEqual([{ atMs: 1, level: 'info', text: 'Began.' }]);
  expect([detail.options, detail.rateHistory, detail.cutCostBytes]).toEqual([{ depth: 1 }, [1, 2], 9]);
});

describe('an offer', () => {
  it('names the branch of HEAD in short', () => {
    expect(offerView(offer)).toMatchObject({ headBranch: 'topic/one', branches: 4, tags: 3, refs: 9 });
    expect(offerView({ ...offer, headTarget: null }).headBranch).toBeNull();
  });

  it('shows names that are no text as text', () => {
    expect(offerView({ ...offer, headTarget: 'refs/heads/caf\udce9' }).headBranch).toBe('caf\\xE9');
    const facts = { url: 'u', host: 'h', suggestedName: 'n', offer, resumability: 'r', seconds: 1 };
    expect(probeView({ ...facts, branchNames: ['caf\udce9', 'über'] }).branchNames).toEqual([
      'caf\\xE9',
      'über',
    ]);
  });

  it('comes with at most a thousand branch names', () => {
    const branchNames = Array.from({ length: 3_000 }, (_, index) => `b${index}`);
    const view = probeView({
      url: 'u',
      host: 'h',
      suggestedName: 'n',
      offer,
      branchNames,
      resumability: 'r',
      seconds: 1,
    });
    expect(view.branchNames).toEqual(branchNames.slice(0, 1_000));
  });
});

describe('pieces', () => {
  const piece = (fromBytes: number, toBytes: number, state: StoredPiece['state'] = 'here'): StoredPiece => ({
    id: `${fromBytes}`,
    artefactId: 'x',
    fromBytes,
    toBytes,
    state,
  });

  it('are joined with neighbours of their state, in order, with the gaps named', () => {
    expect(pieceRuns([piece(10, 20), piece(0, 10), piece(30, 40, 'lost')], 50)).toEqual([
      { fromBytes: 0, toBytes: 20, state: 'here' },
      { fromBytes: 20, toBytes: 30, state: 'wanted' },
      { fromBytes: 30, toBytes: 40, state: 'lost' },
      { fromBytes: 40, toBytes: 50, state: 'wanted' },
    ]);
  });

  it('end where they end when nobody knows the length', () => {
    expect(pieceRuns([piece(0, 10)], null)).toEqual([{ fromBytes: 0, toBytes: 10, state: 'here' }]);
    expect(pieceRuns([], null)).toEqual([]);
    expect(pieceRuns([], 10)).toEqual([{ fromBytes: 0, toBytes: 10, state: 'wanted' }]);
  });

  it('never overlap, even if the records do', () => {
    expect(pieceRuns([piece(0, 10), piece(5, 15, 'lost'), piece(6, 8)], null)).toEqual([
      { fromBytes: 0, toBytes: 10, state: 'here' },
      { fromBytes: 10, toBytes: 15, state: 'lost' },
    ]);
  });
});

it('totals count every state', () => {
  const { counts } = totalsView({ rateBytesPerSecond: 0, rateHistory: [], held: false }, [
    snapshotOf(),
    snapshotOf(),
    snapshotOf({ state: 'done' }),
  ]);
  expect(Object.keys(counts)).toEqual(contractStates);
  expect([counts.downloading, counts.done, counts.failed]).toEqual([2, 1, 0]);
});
