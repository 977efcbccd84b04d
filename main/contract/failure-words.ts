/**
 * One table of words: what each failure is called, what happened, what is kept, what to do, and the one action a client
 * offers beside it. Everything a person reads about a failure comes from here.
 */

import {
  after,
  at,
  named,
  needed,
  on,
  quoted,
  reason,
  server,
  serverIn,
  status,
  upper,
  words,
} from './failure-phrases.ts';
import type { Failure, FailureCode, FailureFacts } from './failures.ts';

export type FailureAction =
  'retry' | 'edit-url' | 'choose-folder' | 'sign-in' | 'free-space' | 'install-git' | 'none';

export interface FailureWords {
  /** A few words, without a full stop. */
  title: string;
  /** What happened. This and the next two are whole sentences. */
  what: string;
  kept: string;
  todo: string;
  action: FailureAction;
  /** `silent`: the person wanted it so, or it says nothing new. `warning`: goes on by itself or costs nothing. */
  severity: 'error' | 'warning' | 'silent';
}

/** The words for a failure. Facts that are absent leave a shorter sentence, never a gap. */
export function failureWords(failure: Failure): FailureWords {
  const { title, what, kept, todo, action, severity } = rowOf(failure.code);
  const facts = failure.facts;
  return {
    title,
    what: said(what, facts),
    kept,
    todo: said(todo, facts),
    action,
    severity: severity ?? 'error',
  };
}

/** A code kept by a newer version is shown as a fault of ours rather than not at all. */
function rowOf(code: FailureCode): Row {
  return Object.hasOwn(table, code) ? table[code] : table.internal;
}

type Words = string | ((facts: FailureFacts) => string);

interface Row {
  title: string;
  what: Words;
  kept: string;
  todo: Words;
  action: FailureAction;
  severity?: FailureWords['severity'];
}

const nothingChanged = 'Nothing was changed on this computer.';
const downloadKept = 'Everything that was already downloaded is kept.';
const folderUntouched = 'The folder was not touched.';
const jobsUntouched = 'Your clones are unaffected.';

const table: Record<FailureCode, Row> = {
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

  // The way to the server
  'host-not-found': {
    title: 'Server not found',
    what: (f) => `No server called ${quoted(f.host, 'that')} could be found.`,
    kept: downloadKept,
    todo: 'Check your connection and the spelling of the address. Packmule goes on when the server can be found.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-refused': {
    title: 'Connection refused',
    what: (f) => `${server(f)} is there, but did not accept the connection.`,
    kept: downloadKept,
    todo: 'Check the port in the address, or wait: the server may be restarting.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-timed-out': {
    title: 'No answer in time',
    what: (f) => `${server(f)} did not answer in time.`,
    kept: downloadKept,
    todo: 'Nothing needs to be done: Packmule tries again. If it lasts, check your connection.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-lost': {
    title: 'Connection lost',
    what: (f) => `The connection to ${serverIn(f)} ended in the middle.`,
    kept: downloadKept,
    todo: 'Nothing needs to be done: Packmule tries again.',
    action: 'retry',
    severity: 'warning',
  },
  'network-unreachable': {
    title: 'No network',
    what: (f) => `This computer has no way to ${serverIn(f)} at the moment.`,
    kept: downloadKept,
    todo: 'Connect to a network; Packmule goes on by itself.',
    action: 'retry',
    severity: 'warning',
  },
  'tls-failed': {
    title: 'Secure connection failed',
    what: (f) => `${server(f)} could not prove who it is${reason(f)}.`,
    kept: downloadKept,
    todo: 'Check the clock of this computer and whether a proxy stands in between. Otherwise the owner of the server must renew its certificate.',
    action: 'retry',
  },
  'host-key-unknown': {
    title: 'Server not known yet',
    what: (f) =>
      `This computer has never seen the SSH key of ${serverIn(f)}, so nobody can say whether it is the right one.`,
    kept: downloadKept,
    todo: 'Connect to the server once with ssh in a terminal, compare the fingerprint with what its owner publishes, accept it, then try again.',
    action: 'retry',
  },
  'host-key-changed': {
    title: 'Server has another SSH key',
    what: (f) =>
      `${server(f)} shows another SSH key than before. Somebody may be listening in between, or the server was set up anew.`,
    kept: downloadKept,
    todo: 'Ask the owner of the server. Only if the new key is right, remove the old one with “ssh-keygen -R” and try again.',
    action: 'retry',
  },
  'redirect-refused': {
    title: 'Sent elsewhere',
    what: (f) => `${server(f)} sent Packmule to another address that it must not follow${reason(f)}.`,
    kept: downloadKept,
    todo: 'If you trust the new address, use it directly.',
    action: 'edit-url',
  },

  // What the server answered
  'authentication-required': {
    title: 'Sign-in needed',
    what: (f) => `${server(f)} wants to know who you are before it gives out this repository.`,
    kept: downloadKept,
    todo: (f) =>
      f.url && !/^https?:/i.test(f.url)
        ? 'Check that your SSH key is in the agent or in its usual place, and that this server knows it; then try again.'
        : 'Give a user name and a password. Most hosts want an access token in place of the password; it goes to your Git credential helper once the server has taken it.',
    action: 'sign-in',
  },
  'proxy-authentication-required': {
    title: 'Proxy wants a sign-in',
    what: (f) =>
      `Something between this computer and ${serverIn(f)}, a proxy, wants to know who you are${status(f)}.`,
    kept: downloadKept,
    todo: 'Sign in to the network or set up the proxy; a name and password for the repository itself do not help here.',
    action: 'retry',
  },
  'access-denied': {
    title: 'Access denied',
    what: (f) => `${server(f)} knows the request but does not allow it${status(f)}.`,
    kept: downloadKept,
    todo: 'Check that the account or token in use may read this repository: a token can be expired, lack the right to read repositories, or still have to be released for single sign-on. Otherwise ask the owner for access.',
    action: 'retry',
  },
  'repository-not-found': {
    title: 'Repository not found',
    what: (f) =>
      `${server(f)} has no repository at ${quoted(f.url, 'this address')}, or does not show it to you.`,
    kept: downloadKept,
    todo: 'Check the address. A private repository may look missing until you are signed in.',
    action: 'edit-url',
  },
  'too-many-requests': {
    title: 'Server asks for a pause',
    what: (f) => `${server(f)} received too many requests from this network${status(f)}.`,
    kept: downloadKept,
    todo: (f) => `Nothing needs to be done: Packmule tries again ${after(f.retryAfterMs)}.`,
    action: 'retry',
    severity: 'warning',
  },
  'server-error': {
    title: 'Server trouble',
    what: (f) => `${server(f)} has trouble of its own${status(f)}.`,
    kept: downloadKept,
    todo: (f) => `Nothing needs to be done: Packmule tries again ${after(f.retryAfterMs)}.`,
    action: 'retry',
    severity: 'warning',
  },
  'not-git': {
    title: 'Not a Git repository',
    what: (f) =>
      f.url && !/^https?:/i.test(f.url)
        ? `${server(f)} answered, but not as a Git server does${words(f)}.`
        : `${server(f)} answered, but not as a Git server does: this looks like an ordinary web page.`,
    kept: downloadKept,
    todo: 'Use the clone address that the site shows for the repository. On a guest network, sign in to the network first.',
    action: 'edit-url',
  },
  'protocol-too-old': {
    title: 'Server too old',
    what: (f) => `${server(f)} speaks only an old form of Git's protocol, which Packmule does not.`,
    kept: downloadKept,
    todo: 'Clone it with Git itself, or ask the owner of the server to allow protocol version 2.',
    action: 'none',
  },
  'protocol-violation': {
    title: 'Answer not understood',
    what: (f) => `${server(f)} sent something that Git's protocol does not allow at that point${reason(f)}.`,
    kept: downloadKept,
    todo: 'Try again. If it happens each time, a proxy may be changing the data on its way.',
    action: 'retry',
  },
  'remote-refused': {
    title: 'Server said no',
    what: (f) => `${server(f)} refused the request${words(f)}.`,
    kept: downloadKept,
    todo: 'Try again later, or ask the owner of the server.',
    action: 'retry',
  },
  'filter-not-supported': {
    title: 'Partial clone not offered',
    what: (f) =>
      `${server(f)} cannot leave objects out of a clone, so ${named('the filter', f.option, 'the filter')} has no effect there.`,
    kept: nothingChanged,
    todo: 'Clone without the filter.',
    action: 'none',
  },

  // What arrived
  'pack-corrupt': {
    title: 'Damaged data',
    what: (f) => `What arrived from ${serverIn(f)} was damaged: its checksum is wrong.`,
    kept: 'Nothing damaged has entered the repository.',
    todo: 'Try again. If it happens each time, the network or the memory of this computer may be at fault.',
    action: 'retry',
  },
  'objects-missing': {
    title: 'Incomplete repository',
    what: (f) => `${server(f)} left out objects that the history needs${reason(f)}.`,
    kept: 'What arrived is kept beside the target, and no unfinished repository was put in its place.',
    todo: 'Try again. If it happens each time, the repository on the server is damaged.',
    action: 'retry',
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
};

function said(part: Words, facts: FailureFacts): string {
  return typeof part === 'string' ? part : part(facts);
}
