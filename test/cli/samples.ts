/** Reports of a job as the engine gives them, for tests of how they are told. */

import type { JobDetail, JobView, StageView } from '../../main/contract/index.ts';

export function sampleJob(change: Partial<JobView> = {}): JobView {
  return {
    id: 'k3v9q2m4x7p1a8d5',
    kind: 'clone',
    name: 'project',
    url: 'https://example.com/team/project.git',
    host: 'example.com',
    directory: '/home/ada/project',
    state: 'downloading',
    stage: 'download',
    position: 1,
    fraction: 0.5,
    bytes: {
      wireBytes: 2_100_000,
      usefulBytes: 2_000_000,
      wastedBytes: 0,
      savedBytes: 0,
      uploadedBytes: 900,
    },
    rateBytesPerSecond: 4_300_000,
    etaSeconds: 170,
    retry: null,
    failure: null,
    question: null,
    requests: 3,
    drops: 0,
    activeSeconds: 4.25,
    createdAtMs: 1_000,
    finishedAtMs: null,
    ...change,
  };
}

export function sampleStages(
  change: Partial<Record<StageView['name'], Partial<StageView>>> = {},
): StageView[] {
  const stage = (name: StageView['name'], rest: Partial<StageView>): StageView => ({
    name,
    state: 'waiting',
    fraction: null,
    done: null,
    total: null,
    unit: null,
    ...rest,
    ...change[name],
  });
  return [
    stage('probe', { state: 'done', fraction: 1 }),
    stage('download', {
      state: 'active',
      fraction: 0.629,
      done: 1_288_490_189,
      total: 2_040_109_466,
      unit: 'bytes',
    }),
    stage('index', {}),
    stage('connect', {}),
    stage('checkout', { state: 'skipped' }),
  ];
}

export function sampleDetail(job: Partial<JobView> = {}, stages: StageView[] = sampleStages()): JobDetail {
  return {
    job: sampleJob(job),
    options: {},
    plan: { strategy: 'plain', sentence: 'Everything in one pack.' },
    offer: null,
    stages,
    artefacts: [],
    attempts: [],
    activity: [],
    rateHistory: [],
    cutCostBytes: 730,
  };
}
