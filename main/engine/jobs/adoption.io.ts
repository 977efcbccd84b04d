/** Going on with what a killed git has left: as a clone to the same place, or as an update of the repository. */

import { EngineError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import {
  claimWorkspace,
  copyAdopted,
  findKilledGit,
  leftPacks,
  markAdopted,
  optionsOfKilledClone,
  putAdoptedAside,
  quarantineFor,
  readAdopted,
  workspaceFor,
  type KilledGit,
} from '../repo/index.ts';
import { LiveJob } from './live-job.ts';
import { newFetchRecord, newJobRecord, type AdoptWish } from './new-job.ts';
import { addressIn, type WishedJob, type WishParts } from './wishes.io.ts';
import type { WorkContext } from './work-context.ts';

/** Long enough to see a pack grow over a slow line. */
const watchMs = 700;

/** Throws `not-adoptable` when a pack grows: then its git is not dead. */
async function watchPacks({ clock, disk }: Ports, { kind, place }: KilledGit): Promise<void> {
  const before = await leftPacks(disk, kind, place.commonDir);
  await clock.sleep(watchMs);
  const after = await leftPacks(disk, kind, place.commonDir);
  if (after.size === before.size && [...after].every(([path, bytes]) => before.get(path) === bytes)) return;
  const detail = 'Git is still downloading into it';
  throw new EngineError('not-adoptable', { path: place.directory, detail });
}

/**
 * @throws EngineErrors of `findKilledGit` and of the address; `target-taken-by-job`; `target-exists` for a workspace that is
 * somebody else's
 */
export async function wishedAdoption(parts: WishParts, wish: AdoptWish): Promise<WishedJob> {
  const { ports, jobs } = parts;
  const { git, disk } = ports;
  const killed = await findKilledGit(git, disk, disk.resolve(wish.directory));
  const { kind, place, repository, remote } = killed;
  const { directory, gitDir, commonDir } = place;
  const other = jobs.at(directory) ?? jobs.inRepository(commonDir);
  if (other !== null) throw new EngineError('target-taken-by-job', { path: directory, jobId: other.id });
  await watchPacks(ports, killed);
  const address = addressIn(ports, place, await repository.remoteUrl(remote));
  const facts = {
    id: ports.chance.id(),
    url: address.url,
    directory,
    position: jobs.nextPosition(),
    nowMs: ports.clock.nowMs(),
  };
  const record =
    kind === 'fetch'
      ? newFetchRecord({ ...wish, options: {} }, { remote, gitDir, commonDir }, facts)
      : newJobRecord({ ...wish, url: address.url, options: await optionsOfKilledClone(killed) }, facts);
  const isBare = record.options.bare === true || record.options.mirror === true;
  const workspace = kind === 'fetch' ? quarantineFor(commonDir, disk) : workspaceFor(directory, isBare, disk);
  await claimWorkspace(disk, workspace, { job: record.id, url: record.url });
  await markAdopted(disk, workspace, { from: commonDir, copied: false });
  return { live: new LiveJob(record), address };
}

/**
 * Brings adopted packs among the spools, once; does nothing for other jobs. Answers whether the job is an adoption.
 * @throws EngineError `not-adoptable` when git is still at work there
 */
export async function takeInAdopted(context: WorkContext): Promise<boolean> {
  const { live, ports, workspace, signal } = context;
  const adopted = await readAdopted(ports.disk, workspace);
  if (adopted === null) return false;
  if (adopted.copied) return true;
  const packs = await leftPacks(ports.disk, live.record.kind, adopted.from);
  const bytes = await copyAdopted(ports.disk, workspace, [...packs.keys()], signal);
  await markAdopted(ports.disk, workspace, { ...adopted, copied: true });
  context.note('info', `${bytes.toLocaleString('en')} bytes that git had downloaded are looked through.`);
  return true;
}

/**
 * Before the finished clone appears: what git left steps aside, and goes with the workspace. Nothing for other jobs.
 * @throws EngineError `target-exists` when somebody has put something there since
 */
export async function makeWayForAdopted({ live, ports, workspace }: WorkContext): Promise<void> {
  if ((await readAdopted(ports.disk, workspace)) === null) return;
  await putAdoptedAside(ports.git, ports.disk, workspace, live.record.directory);
}
