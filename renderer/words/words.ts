/** Every word of the interface that is not about one job's state or one failure. One object, ready for a second language. */

import type { CloneMode } from '../state/clone-form.svelte.ts';
import type { JobAction } from '../state/job-actions.ts';
import type { JobFilter, JobSort } from '../state/job-filters.ts';
import type { DestinationView, JobState, JobView } from '../../main/contract/index.ts';
import { detailWords } from './detail-words.ts';

const clones = (count: number) => (count === 1 ? '1 clone' : `${count} clones`);

const stateNews: Partial<Record<JobState, string>> = {
  done: 'is done',
  failed: 'failed',
  'needs-you': 'needs you',
  paused: 'is paused',
};
const stateNewsMany: Partial<Record<JobState, string>> = {
  done: 'are done',
  failed: 'failed',
  'needs-you': 'need you',
  paused: 'are paused',
};

export const words = {
  clones,
  close: 'Close',
  cancel: 'Cancel',
  details: 'Details',
  copy: 'Copy',
  unknown: 'unknown',

  rail: {
    label: 'Packmule',
    newClone: 'New clone',
    more: 'More ways to begin',
    update: 'Update a repository…',
    adopt: 'Continue an interrupted clone…',
    filters: 'Filter the list',
    settings: 'Settings',
    pauseAll: 'Pause all',
    resumeAll: 'Resume all',
    total: 'Total download rate',
    lastMinute: 'Download rate of the last minute',
    held: 'Everything is held',
    asks: 'A clone needs your answer',
  },
  filters: {
    all: 'All',
    active: 'Active',
    waiting: 'Waiting',
    paused: 'Paused',
    done: 'Done',
    failed: 'Failed',
  } satisfies Record<JobFilter, string>,
  sorts: {
    queue: 'Queue order',
    name: 'Name',
    added: 'Newest first',
    progress: 'Progress',
    rate: 'Speed',
  } satisfies Record<JobSort, string>,

  list: {
    label: 'Clones',
    search: 'Search',
    searchHint: 'Name, address or folder',
    sort: 'Sort by',
    chosen: (count: number) => `${count} selected`,
    clearChoice: 'Clear selection',
    moreActions: (name: string) => `More actions for ${name}`,
    progressOf: (name: string) => `Progress of ${name}`,
    keys: 'Arrow keys move, Space pauses or resumes, Enter opens the details, Delete removes, Alt with an arrow key changes the order.',
  },
  empty: {
    first: 'Clone your first repository',
    firstText:
      'Paste an address anywhere in this window, or drop a link on it. Packmule shows what the server can do before anything starts, and keeps what arrived when the connection breaks.',
    firstAction: 'New clone',
    loading: 'Reading the list…',
    nothingFound: 'No clone matches',
    nothingFoundText: (search: string) => `Nothing here has “${search}” in its name, address or folder.`,
    showAll: 'Show all clones',
    filterTitle: {
      all: 'Nothing here',
      active: 'Nothing is active',
      waiting: 'Nothing is waiting',
      paused: 'Nothing is paused',
      done: 'Nothing is done yet',
      failed: 'Nothing has failed',
    } satisfies Record<JobFilter, string>,
    filter: {
      all: '',
      active: 'Clones being downloaded, indexed, checked or checked out are shown here.',
      waiting: 'Clones wait here for their turn, for the network, or for your answer.',
      paused: 'Paused clones rest here and keep everything that arrived.',
      done: 'Finished repositories are listed here until you remove them from the list. The folders stay.',
      failed: 'What could not be cloned is kept here with its reason, and can be tried again.',
    } satisfies Record<JobFilter, string>,
    noDetail: 'Choose a clone to see its progress.',
  },
  actions: {
    pause: 'Pause',
    resume: 'Resume',
    retry: 'Try again',
    update: 'Update',
    cancel: 'Cancel clone…',
    remove: 'Remove from list',
  } satisfies Record<JobAction, string>,
  /** What `actions.cancel` is called for other jobs than clones. */
  cancelUpdate: 'Cancel update…',
  cancelSeveral: 'Cancel…',
  kinds: { fetch: 'Update' },
  menu: {
    label: 'Actions',
    open: 'Show folder',
    copyUrl: 'Copy address',
    copyPath: 'Copy folder path',
    moveUp: 'Move up in queue',
    moveDown: 'Move down in queue',
    moveFirst: 'Move to front of queue',
    moveLast: 'Move to end of queue',
  },
  question: {
    retry: 'Try again',
    cancel: 'Cancel clone',
    cancelUpdate: 'Cancel update',
    answer: 'Sign in',
    yes: 'Yes, this is the right key',
    no: 'No',
    /** In a row: leads to the details, where there is room for an answer. */
    open: 'Answer …',
    formLabel: (name: string) => `Answer for ${name}`,
    asking: 'The server that asks:',
    username: 'User name',
    password: 'Password or token',
    passwordNote:
      'Goes to your Git credential helper once the server has taken it; Packmule does not keep it.',
    secret: 'Answer',
    send: 'Send answer',
  },

  ...detailWords,

  newClone: {
    title: 'New clone',
    url: 'Repository address',
    urlHint: 'https://example.com/team/project.git',
    urlNote: 'Several addresses, one in each line, become several clones.',
    several: (count: number) => `${clones(count)} will be added. Each goes into a folder of its own in`,
    idle: 'When you have entered an address, the server is asked what it can do. Nothing starts before you say so.',
    asking: 'Asking the server…',
    answered: (host: string, seconds: string) => `${host} answered in ${seconds}`,
    emptyRepository: 'The repository is empty. Cloning it gives an empty repository.',
    askAgain: 'Ask again',
    destination: 'Folder',
    destinationWait: 'Filled in when the server has answered',
    destinationStates: {
      free: 'A new folder will be made.',
      'empty-directory': 'The folder exists and is empty.',
      'not-empty': 'The folder already has something in it. Choose another one.',
      file: 'There is a file of this name. Choose another one.',
      'taken-by-job': 'Another clone in the list is going there. Choose another one.',
    },
    notWritable: 'You may not write there. Choose another folder.',
    freeSpace: (size: string) => `${size} free on this disk.`,
    mode: 'How much',
    modes: {
      full: ['Full', 'All history and all files'],
      blobless: ['Blobless', 'All history; old file contents come when needed'],
      treeless: ['Treeless', 'All commits; old folders and files come when needed'],
      shallow: ['Shallow', 'Only the newest commits'],
    } satisfies Record<CloneMode, [string, string]>,
    modeImpossible: 'This server cannot leave objects out.',
    shallowImpossible: 'This server cannot cut off history.',
    depth: 'Commits of history',
    branch: 'Branch',
    branchDefault: (name: string | null) => (name === null ? 'Default branch' : `${name} (default)`),
    branchHint: 'Checked out at the end',
    advanced: 'Advanced',
    kind: 'Kind of repository',
    kinds: {
      'working-tree': 'With working files',
      bare: 'Bare (no working files)',
      mirror: 'Mirror (bare, all references)',
    },
    singleBranch: 'Only this branch',
    noTags: 'No tags',
    noCheckout: 'Do not check out files',
    origin: 'Name of the remote',
    originHint: 'origin',
    start: 'Clone',
    startMany: (count: number) => `Add ${clones(count)}`,
    later: 'Add paused',
    added: (count: number) => `${clones(count)} added.`,
    refused: (count: number) => (count === 1 ? 'Not added' : 'These were not added:'),
    editUrl: 'Change the address',
  },
  folder: {
    label: 'Folder',
    hint: '/home/me/project',
    states: {
      free: 'There is no folder of this name.',
      'empty-directory': 'The folder is empty: there is no repository in it.',
      'not-empty': 'The folder is there. What is in it is looked at when you start.',
      file: 'This is a file. Give the folder of the repository.',
      'taken-by-job': 'A clone in the list is going there and is not finished.',
    } satisfies Record<DestinationView['state'], string>,
    notWritable: 'You may not write there.',
    showJob: 'Show it in the list',
    updateInstead: 'Update the repository instead',
    remote: 'Remote',
    remoteHint: 'As Git would choose',
    tags: 'Tags',
    tagChoices: { configured: 'As the repository has it', all: 'All tags', none: 'No tags' },
    prune: 'Prune: delete remote-tracking branches that the remote has no more',
    update: {
      title: 'Update a repository',
      text: 'Fetches what is new at the remote, as git fetch does, and survives bad networks. Your branches and files stay as they are, and nothing in the repository changes before everything has arrived.',
      start: 'Update',
      added: 'Update added.',
    },
    adopt: {
      title: 'Continue an interrupted clone',
      text: 'For a folder in which git clone or git fetch was interrupted or killed. What it had downloaded is looked through and kept, and only what is missing is fetched. The folder stays as it is until everything is here.',
      start: 'Continue',
      added: 'Added. It goes on with what is there.',
    },
  },
  end: {
    cancelTitle: (count: number, name: string) =>
      count === 1 ? `Cancel “${name}”?` : `Cancel ${clones(count)}?`,
    removeTitle: (count: number, name: string) =>
      count === 1 ? `Remove “${name}” from the list?` : `Remove ${clones(count)} from the list?`,
    cancelText:
      'What has arrived is deleted unless you keep it. You can pause instead: a paused clone goes on later.',
    cancelUpdateTitle: (count: number, name: string) =>
      count === 1 ? `Cancel the update of “${name}”?` : `Cancel ${count} updates?`,
    cancelUpdateText:
      'What has arrived for it is deleted unless you keep it; the repository stays as it is. You can pause instead: a paused update goes on later.',
    removeText:
      'What has arrived of unfinished clones will be deleted. Finished repositories are not touched.',
    keep: 'Keep what has arrived beside the folder',
    keepUpdate: 'Keep what has arrived for the next update',
    cancelGo: 'Cancel clone',
    cancelUpdateGo: 'Cancel update',
    removeGo: 'Remove',
    back: 'Go back',
  },
  settings: {
    title: 'Settings',
    concurrent: 'Clones at the same time',
    concurrentHint: 'Others wait in the queue.',
    folder: 'Folder for new clones',
    retries: 'Tries after a server fault',
    retriesHint: 'Counted only while nothing arrives. A lost network never counts.',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    notifications: 'Notify when a clone is done, fails or needs an answer',
    done: 'Done',
    loading: 'Reading the settings…',
  },
  link: {
    lost: 'The engine stopped; reconnecting… Nothing is lost.',
    now: 'Reconnect now',
    refused: 'This window and the engine are of different versions. Nothing is lost.',
    reload: 'Reload',
    noToken: 'This page needs its key',
    noTokenText:
      'Open the whole address that Packmule printed when it started, with everything behind the # sign. It is valid on this computer only.',
  },
  failureActions: {
    retry: 'Try again',
    'edit-url': 'Clone from another address',
    'choose-folder': 'Choose another folder',
    'sign-in': 'Try again',
    'free-space': 'Try again',
    'install-git': 'Try again',
    none: '',
  },
  announce: {
    one: (name: string, state: JobState) => `${name} ${stateNews[state] ?? state}.`,
    many: (count: number, state: JobState) => `${clones(count)} ${stateNewsMany[state] ?? state}.`,
    copied: 'Copied.',
  },
  tried: {
    pause: 'Not paused',
    resume: 'Not resumed',
    cancel: 'Not cancelled',
    remove: 'Not removed',
    update: 'Not updated',
    answer: 'Not answered',
    move: 'Not moved',
    settings: 'Not saved',
    copy: 'Not copied',
  },
};

/** What an action on these jobs is called. */
export function actionLabel(action: JobAction, jobs: readonly JobView[]): string {
  if (action !== 'cancel' || jobs.every(({ kind }) => kind === 'clone')) return words.actions[action];
  return jobs.every(({ kind }) => kind === 'fetch') ? words.cancelUpdate : words.cancelSeveral;
}
