/** The words for what goes wrong between this computer and a server. */

import {
  address,
  after,
  named,
  others,
  quoted,
  reason,
  seen,
  server,
  serverIn,
  status,
  words,
} from './failure-phrases.ts';
import { nothingChanged, downloadKept, type FailureRow } from './failure-row.ts';
import type { FailureCode } from './failures.ts';

export const remoteFailureWords = {
  // The way to the server
  'host-not-found': {
    title: 'Server not found',
    what: (f) => `No server called ${quoted(f.host, 'that')} could be found.`,
    kept: downloadKept,
    todo: 'Check your connection and the spelling of the address, then try again.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-refused': {
    title: 'Connection refused',
    what: (f) => `${server(f)} is there, but did not accept the connection.`,
    kept: downloadKept,
    todo: 'Check the port in the address, or try again later: the server may be restarting.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-timed-out': {
    title: 'No answer in time',
    what: (f) => `${server(f)} did not answer in time.`,
    kept: downloadKept,
    todo: 'Try again. If it lasts, check your connection.',
    action: 'retry',
    severity: 'warning',
  },
  'connection-lost': {
    title: 'Connection lost',
    what: (f) => `The connection to ${serverIn(f)} ended in the middle.`,
    kept: downloadKept,
    todo: 'Try again.',
    action: 'retry',
    severity: 'warning',
  },
  'network-unreachable': {
    title: 'No network',
    what: (f) => `This computer has no way to ${serverIn(f)} at the moment.`,
    kept: downloadKept,
    todo: 'Connect to a network, then try again.',
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
    todo: 'Compare the fingerprint with what the owner of the server publishes, and accept it only if they are the same. Where it is not shown here, connect once with ssh in a terminal.',
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
      `${server(f)} has no repository at ${quoted(address(f.url), 'this address')}, or does not show it to you.`,
    kept: downloadKept,
    todo: 'Check the address. A private repository may look missing until you are signed in.',
    action: 'edit-url',
  },
  'too-many-requests': {
    title: 'Server asks for a pause',
    what: (f) => `${server(f)} received too many requests from this network${status(f)}.`,
    kept: downloadKept,
    todo: (f) => `It can be asked again ${after(f.retryAfterMs)}.`,
    action: 'retry',
    severity: 'warning',
  },
  'server-error': {
    title: 'Server trouble',
    what: (f) => `${server(f)} has trouble of its own${status(f)}.`,
    kept: downloadKept,
    todo: (f) => `It can be asked again ${after(f.retryAfterMs)}.`,
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
  'object-too-large': {
    title: 'Too large for this line',
    what: (f) =>
      `No connection to ${serverIn(f)} lives long enough to bring ${quoted(f.path, 'one object of the history')}${seen(f)}${others(f)} in one piece.`,
    kept: 'Everything that arrived is kept.',
    todo: 'Try again from another network, where connections live longer, or over a cable. Otherwise ask somebody who has the repository for a bundle of it, or to share it with Packmule.',
    action: 'retry',
  },
} satisfies Partial<Record<FailureCode, FailureRow>>;
