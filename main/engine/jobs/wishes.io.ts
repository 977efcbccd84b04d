/** From what a person wishes to the record of a job, once everything that can be refused at once was refused. */

import { suggestedDirectoryName } from '../../git/index.ts';
import type { Destination } from '../door.ts';
import { EngineError } from '../errors.ts';
import { checkRefspecs } from '../plan/index.ts';
import type { Ports } from '../ports.ts';
import { understandUrl, type RemoteAddress } from '../remote/index.ts';
import { checkDestination } from './destination.io.ts';
import type { JobList } from './job-list.ts';
import { LiveJob } from './live-job.ts';
import { newJobRecord, type CloneWish } from './new-job.ts';

export interface WishParts {
  ports: Ports;
  jobs: JobList;
  defaultDirectory: string;
}

/** A job that nobody knows yet. */
export interface WishedJob {
  live: LiveJob;
  address: RemoteAddress;
}

/** Changes nothing on the disk. */
export function destinationAt({ ports, jobs }: WishParts, path: string): Promise<Destination> {
  return checkDestination(ports.disk, path, (candidate) => jobs.at(candidate) !== null);
}

/**
 * @throws EngineErrors of the address and the options; `target-taken-by-job`, `target-exists`, `target-not-writable`
 */
export async function wishedClone(parts: WishParts, wish: CloneWish): Promise<WishedJob> {
  const { ports, jobs } = parts;
  const { disk, clock, chance } = ports;
  const address = understandUrl(wish.url);
  checkRefspecs(wish.options);
  const bare = wish.options.bare === true || wish.options.mirror === true;
  const name = suggestedDirectoryName(address.parsed, { bare });
  const directory = disk.resolve(wish.directory ?? disk.join(parts.defaultDirectory, name));
  const other = jobs.at(directory);
  if (other !== null) throw new EngineError('target-taken-by-job', { path: directory, jobId: other.id });
  const { state, writable } = await destinationAt(parts, directory);
  if (state === 'not-empty' || state === 'file') throw new EngineError('target-exists', { path: directory });
  if (!writable) throw new EngineError('target-not-writable', { path: directory });
  const record = newJobRecord(wish, {
    id: chance.id(),
    url: address.url,
    directory,
    position: jobs.nextPosition(),
    nowMs: clock.nowMs(),
  });
  return { live: new LiveJob(record), address };
}
