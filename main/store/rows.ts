/** From rows of the database to the engine's records and back. The column names are those of migrations/. */

import type {
  CloneOptions,
  RefUpdate,
  StoredActivity,
  StoredArtefact,
  StoredAttempt,
  StoredFetch,
  StoredJob,
  StoredPiece,
  StoredQuestion,
  StoredRange,
  StoredSource,
} from '../engine/jobs/records.ts';
import { jobStates, stageNames } from '../engine/jobs/states.ts';
import {
  failureFrom,
  failureOrNull,
  isObject,
  json,
  oneOf,
  RowError,
  text,
  textOrNull,
  whole,
  wholeOrNull,
  type Row,
} from './fields.ts';

const optionTypes = {
  bare: 'boolean',
  mirror: 'boolean',
  branch: 'string',
  singleBranch: 'boolean',
  depth: 'number',
  noTags: 'boolean',
  origin: 'string',
  noCheckout: 'boolean',
  filter: 'string',
  bundleUri: 'string',
  config: 'object',
} as const satisfies Record<keyof CloneOptions, string>;

/** An option that is not understood makes the job unreadable: another clone than the wished one would be worse. */
function optionsFrom(value: unknown): CloneOptions {
  if (!isObject(value)) throw new RowError('options is no object');
  for (const [name, option] of Object.entries(value)) {
    if (!Object.hasOwn(optionTypes, name))
      throw new RowError(`the option ${JSON.stringify(name)} is unknown`);
    const type = optionTypes[name as keyof CloneOptions];
    const good =
      type === 'object'
        ? Array.isArray(option) && option.every((each) => typeof each === 'string')
        : typeof option === type;
    if (!good) throw new RowError(`the option ${JSON.stringify(name)} is ${JSON.stringify(option)}`);
  }
  return value;
}

function fetchFrom(value: unknown): StoredFetch | null {
  if (value === null) return null;
  if (!isObject(value)) throw new RowError('fetch is no object');
  const { prune, tags } = value;
  return {
    remote: text(value, 'remote'),
    gitDir: text(value, 'gitDir'),
    commonDir: text(value, 'commonDir'),
    ...(typeof prune === 'boolean' ? { prune } : {}),
    ...(tags === 'all' || tags === 'none' ? { tags } : {}),
  };
}

const changes = [
  'fast-forward',
  'forced',
  'new-branch',
  'new-tag',
  'new-ref',
  'tag-moved',
  'deleted',
  'rejected',
] as const satisfies readonly RefUpdate['change'][];

function updatesFrom(value: unknown): RefUpdate[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new RowError('updates is no list');
  return value.map((each: unknown) => {
    if (!isObject(each)) throw new RowError('an update is no object');
    return {
      change: oneOf(each, 'change', changes),
      remoteName: textOrNull(each, 'remoteName'),
      localName: text(each, 'localName'),
      from: textOrNull(each, 'from'),
      to: textOrNull(each, 'to'),
      ...(typeof each['reason'] === 'string' ? { reason: each['reason'] } : {}),
    };
  });
}

const questionKinds = [
  'target-exists',
  'disk-full',
  'object-too-large',
  'authentication',
  'ssh-passphrase',
  'ssh-host-key',
] as const satisfies readonly StoredQuestion['kind'][];

function questionFrom(value: unknown): StoredQuestion | null {
  if (value === null) return null;
  if (!isObject(value)) throw new RowError('question is no object');
  return {
    id: text(value, 'id'),
    kind: oneOf(value, 'kind', questionKinds),
    failure: failureFrom(value['failure']),
    ...(typeof value['prompt'] === 'string' ? { prompt: value['prompt'] } : {}),
  };
}

/** @throws RowError */
export function jobFrom(row: Row): StoredJob {
  return {
    id: text(row, 'id'),
    kind: oneOf(row, 'kind', ['clone', 'fetch']),
    url: text(row, 'url'),
    directory: text(row, 'directory'),
    options: optionsFrom(json(row, 'options')),
    fetch: fetchFrom(json(row, 'fetch')),
    updates: updatesFrom(json(row, 'updates')),
    state: oneOf(row, 'state', jobStates),
    stage: row['stage'] === null ? null : oneOf(row, 'stage', stageNames),
    position: whole(row, 'position', Number.MIN_SAFE_INTEGER),
    bytes: {
      wireBytes: whole(row, 'wire_bytes'),
      usefulBytes: whole(row, 'useful_bytes'),
      wastedBytes: whole(row, 'wasted_bytes'),
      savedBytes: whole(row, 'saved_bytes'),
      uploadedBytes: whole(row, 'uploaded_bytes'),
    },
    requests: whole(row, 'requests'),
    drops: whole(row, 'drops'),
    activeMs: whole(row, 'active_ms'),
    tries: whole(row, 'tries'),
    failure: failureOrNull(row, 'failure'),
    question: questionFrom(json(row, 'question')),
    offer: json(row, 'offer'),
    plan: json(row, 'plan'),
    createdAtMs: whole(row, 'created_at_ms'),
    finishedAtMs: wholeOrNull(row, 'finished_at_ms'),
  };
}

/** @throws RowError */
export function artefactFrom(row: Row): StoredArtefact {
  return {
    id: text(row, 'id'),
    jobId: text(row, 'job_id'),
    kind: oneOf(row, 'kind', ['pack-stream', 'object-batch', 'bundle', 'bundle-list']),
    source: text(row, 'source'),
    state: oneOf(row, 'state', ['wanted', 'arriving', 'spooled', 'verified', 'abandoned']),
    totalBytes: wholeOrNull(row, 'total_bytes'),
    totalObjects: wholeOrNull(row, 'total_objects'),
    objects: whole(row, 'objects'),
    spoolName: textOrNull(row, 'spool_name'),
    createdAtMs: whole(row, 'created_at_ms'),
  };
}

/** @throws RowError */
export function pieceFrom(row: Row): StoredPiece {
  const fromBytes = whole(row, 'from_bytes');
  return {
    id: text(row, 'id'),
    artefactId: text(row, 'artefact_id'),
    fromBytes,
    toBytes: whole(row, 'to_bytes', fromBytes),
    state: oneOf(row, 'state', ['arriving', 'here', 'indexed', 'lost']),
    ...(row['sha256'] === null ? {} : { sha256: text(row, 'sha256') }),
    ...(row['source'] === null ? {} : { source: whole(row, 'source') }),
  };
}

/** @throws RowError */
export function rangeFrom(row: Row, sources: StoredSource[]): StoredRange {
  return {
    artefactId: text(row, 'artefact_id'),
    totalBytes: wholeOrNull(row, 'total_bytes'),
    etag: textOrNull(row, 'etag'),
    lastModified: textOrNull(row, 'last_modified'),
    dateIsStrong: whole(row, 'date_is_strong') === 1,
    sources,
  };
}

/** @throws RowError */
export function sourceFrom(row: Row): StoredSource {
  return {
    place: whole(row, 'place'),
    url: text(row, 'url'),
    receivedBytes: whole(row, 'received_bytes'),
    cuts: whole(row, 'cuts'),
    bytesPerSecond: wholeOrNull(row, 'bytes_per_second'),
    aside: failureOrNull(row, 'aside'),
  };
}

/** @throws RowError */
export function attemptFrom(row: Row): StoredAttempt {
  return {
    id: text(row, 'id'),
    jobId: text(row, 'job_id'),
    number: whole(row, 'number'),
    artefactId: textOrNull(row, 'artefact_id'),
    source: text(row, 'source'),
    startedAtMs: whole(row, 'started_at_ms'),
    endedAtMs: wholeOrNull(row, 'ended_at_ms'),
    bytes: whole(row, 'bytes'),
    result: oneOf(row, 'result', ['running', 'complete', 'paused', 'failed']),
    failure: failureOrNull(row, 'failure'),
    entriesKept: wholeOrNull(row, 'entries_kept'),
  };
}

/** @throws RowError */
export function activityFrom(row: Row): StoredActivity {
  return {
    jobId: text(row, 'job_id'),
    atMs: whole(row, 'at_ms'),
    level: oneOf(row, 'level', ['info', 'notice', 'problem']),
    text: text(row, 'text'),
  };
}

/** Clocks give fractions; a column of a STRICT table takes whole numbers only. */
function ms(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function jsonText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

export type Values = Record<string, string | number | null>;

/**
 * Refuses, before SQLite sees them, numbers the database would keep inexactly or not at all (NaN is bound as NULL,
 * which a nullable column would take without a word).
 * @throws RangeError naming the column
 */
function checked(values: Values): Values {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new RangeError(`${name} must be a whole number below 2^53, not ${value}`);
    }
  }
  return values;
}

export function jobValues(job: StoredJob): Values {
  return checked({
    id: job.id,
    kind: job.kind,
    url: job.url,
    directory: job.directory,
    options: JSON.stringify(job.options),
    fetch: jsonText(job.fetch),
    updates: jsonText(job.updates),
    state: job.state,
    stage: job.stage,
    position: job.position,
    wire_bytes: job.bytes.wireBytes,
    useful_bytes: job.bytes.usefulBytes,
    wasted_bytes: job.bytes.wastedBytes,
    saved_bytes: job.bytes.savedBytes,
    uploaded_bytes: job.bytes.uploadedBytes,
    requests: job.requests,
    drops: job.drops,
    active_ms: ms(job.activeMs),
    tries: job.tries,
    failure: jsonText(job.failure),
    question: jsonText(job.question),
    offer: jsonText(job.offer),
    plan: jsonText(job.plan),
    created_at_ms: ms(job.createdAtMs),
    finished_at_ms: ms(job.finishedAtMs),
  });
}

export function artefactValues(artefact: StoredArtefact): Values {
  return checked({
    id: artefact.id,
    job_id: artefact.jobId,
    kind: artefact.kind,
    source: artefact.source,
    state: artefact.state,
    total_bytes: artefact.totalBytes,
    total_objects: artefact.totalObjects,
    objects: artefact.objects,
    spool_name: artefact.spoolName,
    created_at_ms: ms(artefact.createdAtMs),
  });
}

export function pieceValues(piece: StoredPiece): Values {
  return checked({
    id: piece.id,
    artefact_id: piece.artefactId,
    from_bytes: piece.fromBytes,
    to_bytes: piece.toBytes,
    state: piece.state,
    sha256: piece.sha256 ?? null,
    source: piece.source ?? null,
  });
}

export function rangeValues(range: StoredRange): Values {
  return checked({
    artefact_id: range.artefactId,
    total_bytes: range.totalBytes,
    etag: range.etag,
    last_modified: range.lastModified,
    date_is_strong: range.dateIsStrong ? 1 : 0,
  });
}

export function sourceValues(artefactId: string, source: StoredSource): Values {
  return checked({
    id: `${artefactId}/${source.place}`,
    artefact_id: artefactId,
    place: source.place,
    url: source.url,
    received_bytes: source.receivedBytes,
    cuts: source.cuts,
    bytes_per_second: source.bytesPerSecond === null ? null : Math.round(source.bytesPerSecond),
    aside: jsonText(source.aside),
  });
}

export function attemptValues(attempt: StoredAttempt): Values {
  return checked({
    id: attempt.id,
    job_id: attempt.jobId,
    number: attempt.number,
    artefact_id: attempt.artefactId,
    source: attempt.source,
    started_at_ms: ms(attempt.startedAtMs),
    ended_at_ms: ms(attempt.endedAtMs),
    bytes: attempt.bytes,
    result: attempt.result,
    failure: jsonText(attempt.failure),
    entries_kept: attempt.entriesKept,
  });
}

export function activityValues(line: StoredActivity): Values {
  return checked({ job_id: line.jobId, at_ms: ms(line.atMs), level: line.level, text: line.text });
}
