/** The engine's values as a client is shown them. Pure; secrets were taken out before. */

import type {
  AboutView,
  ArtefactView,
  DestinationView,
  JobDetail,
  JobState,
  JobView,
  OfferView,
  PieceView,
  ProbeView,
  QuestionView,
  RefUpdateView,
  Settings,
  TotalsView,
} from '../contract/index.ts';
import { contractVersion, jobStates } from '../contract/index.ts';
import { choicesOf, shownName } from '../engine/index.ts';
import type {
  Destination,
  EngineSettings,
  JobReport,
  JobSnapshot,
  ProbeResult,
  RefUpdate,
  RemoteOffer,
  StoredJob,
  StoredPiece,
  StoredQuestion,
  Totals,
} from '../engine/index.ts';
import { failureView } from './failures.ts';

/** What the engine's process knows about itself. */
export interface HostFacts {
  version: string;
  node: string;
  home: string;
  pid: number;
}

export function aboutView(facts: HostFacts, git: string | null): AboutView {
  const { version, node, home, pid } = facts;
  return { version, contractVersion, git, node, home, pid };
}

export function jobView(snapshot: JobSnapshot): JobView {
  const { job, retry } = snapshot;
  return {
    id: job.id,
    kind: job.kind,
    name: lastComponent(job.directory),
    url: job.url,
    host: hostOf(job.url),
    directory: job.directory,
    state: job.state,
    stage: job.stage,
    position: job.position,
    fraction: snapshot.fraction,
    bytes: { ...job.bytes },
    rateBytesPerSecond: snapshot.rateBytesPerSecond,
    etaSeconds: snapshot.etaSeconds,
    retry: retry && { failure: failureView(retry.failure), attempt: retry.attempt, atMs: retry.atMs },
    failure: job.failure && failureView(job.failure),
    question: job.question && questionView(job.question, job.url),
    requests: job.requests,
    drops: job.drops,
    activeSeconds: job.activeMs / 1_000,
    createdAtMs: job.createdAtMs,
    finishedAtMs: job.finishedAtMs,
  };
}

export function jobDetail(report: JobReport): JobDetail {
  return {
    job: jobView(report),
    options: { ...report.job.options },
    ...fetchPart(report.job),
    plan: report.plan && { strategy: report.plan.strategy, sentence: report.plan.sentence },
    offer: report.offer && offerView(report.offer),
    stages: report.stages.map((stage) => ({ ...stage })),
    artefacts: report.artefacts.map(artefactView),
    attempts: report.attempts.map((attempt) => ({
      number: attempt.number,
      artefactId: attempt.artefactId,
      source: attempt.source,
      startedAtMs: attempt.startedAtMs,
      endedAtMs: attempt.endedAtMs,
      bytes: attempt.bytes,
      result: attempt.result,
      failure: attempt.failure && failureView(attempt.failure),
      entriesKept: attempt.entriesKept,
    })),
    activity: report.activity.map(({ atMs, text, level }) => ({ atMs, text, level })),
    rateHistory: [...report.rateHistory],
    cutCostBytes: report.cutCostBytes,
  };
}

function fetchPart({ fetch, updates }: StoredJob): Pick<JobDetail, 'fetch' | 'updates'> {
  if (fetch === null) return {};
  const { remote, prune, tags } = fetch;
  return {
    fetch: { remote, ...(prune === undefined ? {} : { prune }), ...(tags === undefined ? {} : { tags }) },
    ...(updates === null ? {} : { updates: updates.map(updateView) }),
  };
}

function updateView(update: RefUpdate): RefUpdateView {
  const { remoteName, localName } = update;
  return {
    ...update,
    remoteName: remoteName === null ? null : shownName(remoteName),
    localName: shownName(localName),
  };
}

export function offerView(offer: RemoteOffer): OfferView {
  const { filter, shallow, bundleUri, packfileUris, resume, objectInfo, refInWant } = offer.capabilities;
  return {
    protocolVersion: offer.protocolVersion,
    agent: offer.agent,
    objectFormat: offer.objectFormat,
    capabilities: { filter, shallow, bundleUri, packfileUris, resume, objectInfo, refInWant },
    headBranch: offer.headTarget === null ? null : shownName(offer.headTarget.replace(/^refs\/heads\//, '')),
    branches: offer.counts.branches,
    tags: offer.counts.tags,
    refs: offer.counts.refs,
    empty: offer.empty,
  };
}

/** A choice field with more names than this helps nobody; the engine's order puts HEAD's branch first. */
const branchNamesMax = 1_000;

export function probeView(probe: ProbeResult): ProbeView {
  const { url, host, suggestedName, resumability, seconds } = probe;
  return {
    url,
    host,
    suggestedName,
    offer: offerView(probe.offer),
    branchNames: probe.branchNames.slice(0, branchNamesMax).map(shownName),
    resumability,
    seconds,
  };
}

export function destinationView({ path, state, writable, freeBytes }: Destination): DestinationView {
  return { path, state, writable, freeBytes };
}

export function settingsView(settings: EngineSettings): Settings {
  const { concurrentJobs, defaultDirectory, theme, notifications, retryTriesMax } = settings;
  return { concurrentJobs, defaultDirectory, theme, notifications, retryTriesMax };
}

export function totalsView(totals: Totals, jobs: readonly JobSnapshot[]): TotalsView {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
  for (const { job } of jobs) counts[job.state] += 1;
  const { rateBytesPerSecond, rateHistory, held } = totals;
  return { rateBytesPerSecond, rateHistory: [...rateHistory], counts, held };
}

/**
 * The pieces as runs without gaps: neighbours of one state are joined, and where the length is known, what nobody has
 * begun is `wanted`.
 */
export function pieceRuns(pieces: readonly StoredPiece[], totalBytes: number | null): PieceView[] {
  const runs: PieceView[] = [];
  const add = (fromBytes: number, toBytes: number, state: PieceView['state']): void => {
    if (toBytes <= fromBytes) return;
    const last = runs.at(-1);
    if (last?.state === state && last.toBytes === fromBytes) last.toBytes = toBytes;
    else runs.push({ fromBytes, toBytes, state });
  };
  let reachedBytes = 0;
  for (const piece of [...pieces].sort((a, b) => a.fromBytes - b.fromBytes)) {
    add(reachedBytes, piece.fromBytes, 'wanted');
    add(Math.max(reachedBytes, piece.fromBytes), piece.toBytes, piece.state);
    reachedBytes = Math.max(reachedBytes, piece.toBytes);
  }
  if (totalBytes !== null) add(reachedBytes, totalBytes, 'wanted');
  return runs;
}

function artefactView(artefact: JobReport['artefacts'][number]): ArtefactView {
  const { id, kind, source, state, bytes, totalBytes, objects, totalObjects } = artefact;
  const pieces = pieceRuns(artefact.pieces, totalBytes);
  return { id, kind, source, state, bytes, totalBytes, objects, totalObjects, pieces };
}

function questionView(question: StoredQuestion, jobUrl: string): QuestionView {
  const { id, kind, prompt } = question;
  const failure = failureView(question.failure);
  const view: QuestionView = { id, kind, failure, choices: [...choicesOf[kind]] };
  if (prompt !== undefined) view.prompt = prompt;
  if (kind !== 'authentication') return view;
  const { url } = failure.facts;
  const hint = url === undefined ? null : userNameFor(url, jobUrl);
  return {
    ...view,
    ...(url === undefined ? {} : { url, host: hostOf(url) }),
    ...(hint === null ? {} : { usernameHint: hint }),
  };
}

/** The name in the job's address, if that is the server that asks: no other learns it. */
function userNameFor(url: string, jobUrl: string): string | null {
  if (!URL.canParse(url) || !URL.canParse(jobUrl)) return null;
  const job = new URL(jobUrl);
  if (job.username === '' || job.origin !== new URL(url).origin) return null;
  try {
    return decodeURIComponent(job.username);
  } catch {
    return null;
  }
}

/** By the separators of the system the path belongs to: a backslash is an ordinary character of a POSIX name. */
function lastComponent(directory: string): string {
  const separators = /^[A-Za-z]:|^\\\\/.test(directory) ? /[\\/]+/ : /\/+/;
  return directory.split(separators).findLast((part) => part !== '') ?? directory;
}

/** With the port where it is not the scheme's own; empty for what has no host. */
function hostOf(url: string): string {
  if (URL.canParse(url) && url.includes('://')) return new URL(url).host;
  // scp-like, git-clone(1) "Git URLs": [user@]host:path
  return /^(?:[^@/:]+@)?(\[[^\]]+\]|[^:/]+):/.exec(url)?.[1] ?? '';
}
