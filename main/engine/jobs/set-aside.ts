/** What is said of objects that will not come, whatever else does. Pure. */

import { shownName, textOfBytes } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { SetAside } from '../ports.ts';

/** As a person knows it; a folder's ends in "/". Git's own begin at the top of the repository, whose path is empty. */
export function shownPath(path: string): string {
  const bytes = Uint8Array.from(path, (character) => character.charCodeAt(0));
  return path === '' ? '/' : shownName(textOfBytes(bytes));
}

function named({ path }: SetAside): string {
  if (path === null) return 'An object';
  const thing = path === '' || path.endsWith('/') ? 'The list of the folder' : 'A version of';
  return `${thing} “${shownPath(path)}”`;
}

/** For the job's log. */
export function setAsideSentence(object: SetAside): string {
  if (object.why === 'refused') {
    return `${named(object)} (${object.oid}) was refused: the server says that it has no such object. Everything else is fetched.`;
  }
  const size = `${(object.bytesSeen / 1024 / 1024).toFixed(1)} MiB`;
  return `${named(object)} (${object.oid}) is larger than connections carry here: each was cut, at most ${size} of it came. Everything else is fetched.`;
}

/**
 * What it means for the job, when nothing else is left to be fetched. What the server does not have is told first: other refs may lead
 * past it. Of large ones the one that got furthest is named: it is the largest as far as anybody can know.
 */
export function setAsideFailure(host: string, objects: readonly SetAside[]): EngineError {
  const refused = objects.filter(({ why }) => why === 'refused');
  if (refused[0] !== undefined) return refusedFailure(host, refused[0], refused.length);
  const [largest] = [...objects].sort((a, b) => b.bytesSeen - a.bytesSeen);
  if (largest === undefined) return new EngineError('object-too-large', { host, objects: 0 });
  const { path, oid, bytesSeen } = largest;
  const where = path === null ? {} : { path: shownPath(path) };
  return new EngineError('object-too-large', { host, objects: objects.length, ...where, oid, bytesSeen });
}

/** @param objects how many there are of its kind */
export function refusedFailure(host: string, { oid }: Pick<SetAside, 'oid'>, objects: number): EngineError {
  const detail = `The server says that it has no object ${oid}.`;
  return new EngineError('objects-missing', { host, objects, oid, detail });
}
