/** The words for what goes wrong without a server: what was typed, this computer, the contract itself. */

import { at, named, needed, on, quoted, reason, upper, words } from './failure-phrases.ts';
import {
  nothingChanged,
  downloadKept,
  folderUntouched,
  jobsUntouched,
  type FailureRow,
} from './failure-row.ts';
import type { FailureCode } from './failures.ts';

export const localFailureWords = {
  // What the person typed
  'url-malformed': {
    title: 'Not a repository address',
    what: (f) => `${quoted(f.url, 'The text')} is not an address that Git understands${reason(f)}.`,
    kept: nothingChanged,
    todo: 'Check the address. A typical one looks like https://example.com/team/project.git.',
    action: 'edit-url',
  },
  'url-scheme-unknown': {
    title: 'Unknown kind of address',
    what: (f) => `${quoted(f.url, 'The address')} starts with a scheme that Packmule does not know.`,
    kept: nothingChanged,
    todo: 'Use an address that starts with https://, http://, ssh:// or git://, or one like host:path.',
    action: 'edit-url',
  },
  'url-not-supported-yet': {
    title: 'Kind of address not supported yet',
    what: (f) => `Packmule cannot clone from ${quoted(f.url, 'this kind of address')} yet.`,
    kept: nothingChanged,
    todo: 'Use the https:// address of the repository, if it has one.',
    action: 'edit-url',
  },
  'option-not-supported-yet': {
    title: 'Option not supported yet',
    what: (f) => `Packmule does not offer ${named('the option', f.option, 'this option')} yet.`,
    kept: nothingChanged,
    todo: 'Clone without it; most such options can be applied with Git afterwards.',
    action: 'none',
  },
  'option-conflict': {
    title: 'Options contradict each other',
    what: (f) =>
      `${upper(named('the option', f.option, 'one of the options'))} cannot be used together with the others${reason(f)}.`,
    kept: nothingChanged,
    todo: 'Take one of the options away and try again.',
    action: 'none',
  },
  'branch-not-found': {
    title: 'Branch not found',
    what: (f) =>
      `${upper(named('the branch or tag', f.branch, 'the branch or tag'))} does not exist in the repository${on(f)}.`,
    kept: nothingChanged,
    todo: 'Check the spelling (capital letters count), or leave the branch out to get the default one.',
    action: 'none',
  },
  'ref-name-malformed': {
    title: 'Not a valid name',
    what: (f) =>
      `${quoted(f.branch ?? f.option, 'The name')} is not a name that Git allows for a branch, a tag or a remote.`,
    kept: nothingChanged,
    todo: 'Choose a name without spaces, control characters, "..", "~", "^", ":", "?", "*" or "[".',
    action: 'none',
  },

  // This computer
  'target-exists': {
    title: 'Folder is not empty',
    what: (f) => `${quoted(f.path, 'The folder')} already exists and is not empty.`,
    kept: folderUntouched,
    todo: 'Choose another folder, or move the existing one away and try again.',
    action: 'choose-folder',
  },
  'target-not-writable': {
    title: 'Folder cannot be written',
    what: (f) => `You are not allowed to write to ${quoted(f.path, 'the folder')}.`,
    kept: folderUntouched,
    todo: 'Choose another folder, or change the permissions of this one.',
    action: 'choose-folder',
  },
  'target-taken-by-job': {
    title: 'Folder already in use',
    what: (f) => `Another clone in the list is already going to ${quoted(f.path, 'this folder')}.`,
    kept: 'The other clone goes on.',
    todo: 'Choose another folder, or remove the other clone from the list first.',
    action: 'choose-folder',
  },
  'not-a-repository': {
    title: 'No repository here',
    what: (f) =>
      `There is no Git repository at ${quoted(f.path, 'this place')} that can be used${reason(f)}.`,
    kept: nothingChanged,
    todo: 'Name a folder that holds a repository, or one inside it.',
    action: 'choose-folder',
  },
  'not-adoptable': {
    title: 'Nothing to go on with',
    what: (f) =>
      `${quoted(f.path, 'This folder')} is not what an interrupted git clone or git fetch leaves${reason(f)}.`,
    kept: folderUntouched,
    todo: 'To clone, choose another folder; to update a repository, fetch into it.',
    action: 'choose-folder',
  },
  'remote-not-configured': {
    title: 'Remote not known',
    what: (f) =>
      `The repository has no ${named('remote', f.option, 'remote')} with an address to fetch from${reason(f)}.`,
    kept: nothingChanged,
    todo: 'See “git remote -v” for the remotes there are, or add one with “git remote add”.',
    action: 'none',
  },
  'disk-full': {
    title: 'Disk is full',
    what: (f) => `There is no room left${at(f)}${needed(f)}.`,
    kept: downloadKept,
    todo: 'Free some space, then go on.',
    action: 'free-space',
  },
  'disk-failed': {
    title: 'Disk trouble',
    what: (f) => `A file could not be read or written${at(f)}${reason(f)}.`,
    kept: 'What had reached the disk before is kept.',
    todo: 'Check that the disk is connected and in order, then try again.',
    action: 'retry',
  },
  'git-missing': {
    title: 'Git is not installed',
    what: 'Packmule needs Git 2.34 or newer on this computer and found none.',
    kept: downloadKept,
    todo: 'Install Git (https://git-scm.com/downloads), then try again.',
    action: 'install-git',
  },
  'git-failed': {
    title: 'Git reported an error',
    what: (f) => `Git ended with an error${words(f)}.`,
    kept: downloadKept,
    todo: 'Try again. If it happens each time, the message above says why.',
    action: 'retry',
  },
  'engine-stopped': {
    title: 'Engine not running',
    what: 'The part of Packmule that downloads has stopped or is starting again.',
    kept: 'The queue and everything downloaded are on the disk.',
    todo: 'Wait a moment. If nothing happens, quit Packmule and start it again.',
    action: 'retry',
  },

  // The contract itself
  'bad-request': {
    title: 'Request not understood',
    what: (f) => `Packmule could not make sense of the request${reason(f)}.`,
    kept: jobsUntouched,
    todo: 'Check what you entered. If it looks right, please report this.',
    action: 'none',
  },
  'unknown-endpoint': {
    title: 'Request not known',
    what: 'The engine does not know this request.',
    kept: jobsUntouched,
    todo: 'Quit every window of Packmule and start it again, so that all parts have the same version.',
    action: 'none',
  },
  'job-not-found': {
    title: 'Clone no longer in the list',
    what: 'This clone is not in the list any more.',
    kept: 'A finished repository stays where it is.',
    todo: 'Look at the list: it may have been removed from another window.',
    action: 'none',
    severity: 'warning',
  },
  'job-state': {
    title: 'Not possible now',
    what: (f) => `The clone is in a state in which this cannot be done${reason(f)}.`,
    kept: 'The clone is as it was.',
    todo: 'Look at its present state and choose again.',
    action: 'none',
    severity: 'warning',
  },
  'version-mismatch': {
    title: 'Versions do not match',
    what: (f) => `This window and the engine belong to different versions of Packmule${reason(f)}.`,
    kept: 'The queue and everything downloaded are on the disk.',
    todo: 'Reload the page, or quit Packmule everywhere and start it again.',
    action: 'none',
  },
  cancelled: {
    title: 'Cancelled',
    what: 'This was cancelled before it was finished.',
    kept: 'Finished repositories are unaffected.',
    todo: 'Nothing needs to be done.',
    action: 'none',
    severity: 'silent',
  },
  internal: {
    title: 'Fault in Packmule',
    what: (f) => `Packmule made a mistake${reason(f)}.`,
    kept: 'What had reached the disk before is kept.',
    todo: 'Try again. If it happens each time, please report it with the text above.',
    action: 'retry',
  },
} satisfies Partial<Record<FailureCode, FailureRow>>;
