/** From what a person wishes to the record of a job, once everything that can be refused at once was refused. */

import { suggestedDirectoryName } from '../../git/index.ts';
import type { Destination } from '../door.ts';
import { EngineError } from '../errors.ts';
import { checkRefspecs } from '../plan/index.ts';
import type { Ports } from '../ports.ts';
import { understandUrl, type RemoteAddress } from '../remote/index.ts';
import { ExistingRepository, findRepository, type RepositoryPlace } from '../repo/index.ts';
import { checkDestination } from './destination.io.ts';
import type { JobList } from './job-list.ts';
import { LiveJob } from './live-job.ts';
import { newFetchRecord, newJobRecord, type CloneWish, type FetchWish } from './new-job.ts';

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

/** A path in a configuration is relative to the repository (git-clone(1), "Git URLs"). */
export function addressIn(ports: Ports, place: RepositoryPlace, url: string): RemoteAddress {
  const isRelative = !url.includes('://') && !/^(?:\/|[A-Za-z]:[\\/]|[^/]*:)/.test(url);
  return understandUrl(isRelative ? ports.disk.resolve(ports.disk.join(place.directory, url)) : url);
}

/**
 * @throws EngineError `not-a-repository`, `remote-not-configured`, `option-conflict` for refspecs git would refuse, those
 * of the address; `target-taken-by-job` when the repository is being worked on already
 */
export async function wishedFetch(parts: WishParts, wish: FetchWish): Promise<WishedJob> {
  const { ports, jobs } = parts;
  const place = await findRepository(ports.git, ports.disk, ports.disk.resolve(wish.directory));
  const { directory, gitDir, commonDir } = place;
  const other = jobs.at(directory) ?? jobs.inRepository(commonDir);
  if (other !== null) throw new EngineError('target-taken-by-job', { path: directory, jobId: other.id });
  const repository = new ExistingRepository(ports.git, place);
  const remote = wish.options.remote ?? (await repository.defaultRemote());
  await repository.fetchRules(remote, wish.options.tags);
  const address = addressIn(ports, place, await repository.remoteUrl(remote));
  const record = newFetchRecord(
    wish,
    { ...wish.options, remote, gitDir, commonDir },
    {
      id: ports.chance.id(),
      url: address.url,
      directory,
      position: jobs.nextPosition(),
      nowMs: ports.clock.nowMs(),
    },
  );
  return { live: new LiveJob(record), address };
}
