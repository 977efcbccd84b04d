/** Questions to git about very many objects at once (git-cat-file(1), --batch, --batch-check). */

import {
  BatchOutputReader,
  ObjectLineReader,
  OidList,
  oidBytesLength,
  type BatchObject,
  type ObjectFormat,
  type ObjectType,
} from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { Git, GitProcess } from '../ports.ts';
import { lineSplitter } from './line-splitter.ts';

export interface ObjectReader {
  git: Git;
  gitDir: string;
  format: ObjectFormat;
  signal: AbortSignal;
}

/** Ids written to git's pipe in one piece. */
const idsPerWrite = 2_000;

async function writeIds(child: GitProcess, ids: Iterable<string> | OidList): Promise<void> {
  if (ids instanceof OidList) {
    for (let from = 0; from < ids.length; from += idsPerWrite)
      await child.write(ids.lines(from, Math.min(ids.length, from + idsPerWrite)));
    return child.endInput();
  }
  const encoder = new TextEncoder();
  let lines: string[] = [];
  const send = async () => {
    if (lines.length > 0) await child.write(encoder.encode(lines.join('\n') + '\n'));
    lines = [];
  };
  for (const id of ids) {
    lines.push(id);
    if (lines.length >= idsPerWrite) await send();
  }
  await send();
  child.endInput();
}

async function exchange(
  reader: ObjectReader,
  args: string[],
  ids: Iterable<string> | OidList,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const child = reader.git.start(['cat-file', ...args, '--buffer'], {
    gitDir: reader.gitDir,
    signal: reader.signal,
  });
  // Writing and reading at the same time: either pipe alone would fill up and stop git.
  const written = writeIds(child, ids);
  written.catch(() => {});
  for await (const chunk of child.output) take(chunk);
  const { exitCode, stderr } = await child.ended;
  reader.signal.throwIfAborted();
  if (exitCode !== 0) throw new EngineError('git-failed', { detail: `cat-file: ${stderr.slice(-500)}` });
  await written;
}

/** Hands over the objects in the order of the ids; those that are not here are left out. A body is valid only then. */
export async function readObjects(
  reader: ObjectReader,
  ids: Iterable<string> | OidList,
  onObject: (object: BatchObject) => void,
): Promise<void> {
  const output = new BatchOutputReader(onObject);
  await exchange(reader, ['--batch'], ids, (chunk) => output.push(chunk));
}

/** Of these ids those that are not here, in the same order. */
export async function missingObjects(reader: ObjectReader, ids: Iterable<string>): Promise<OidList> {
  const missing = new OidList(oidBytesLength(reader.format));
  const take = lineSplitter((line) => {
    if (line.endsWith(' missing')) missing.pushHex(line.slice(0, -' missing'.length));
  });
  await exchange(reader, ['--batch-check=%(objectname)'], ids, take);
  return missing;
}

/** Ids and types of everything that is here, in the order of the packs. An id's bytes are valid only when handed over. */
export async function allObjects(
  reader: ObjectReader,
  onObject: (oid: Uint8Array, type: ObjectType) => void,
): Promise<void> {
  const lines = new ObjectLineReader(reader.format, onObject);
  await exchange(
    reader,
    ['--batch-all-objects', '--unordered', '--batch-check=%(objectname) %(objecttype)'],
    [],
    (chunk) => lines.push(chunk),
  );
}
