/** The words of the details of a job. */

import type { AttemptView, OfferView, RefUpdateView } from '../../main/contract/index.ts';
import type { RequestState } from '../features/job-detail/request-cells.ts';
import { formatCount } from '../format/index.ts';

const counted = (count: number, one: string, many: string) =>
  `${count === 0 ? 'no' : formatCount(count)} ${count === 1 ? one : many}`;

export const detailWords = {
  detail: {
    label: 'Details',
    close: 'Close details',
    resize: 'Width of the details',
    tabs: { progress: 'Progress', pieces: 'Pieces', activity: 'Activity', remote: 'Remote' },
    stages: 'Stages',
    rate: 'Speed',
    rateGraph: (peak: string, now: string) => `Speed of the last two minutes: now ${now}, at most ${peak}.`,
    map: 'Pieces',
    place: 'From and to',
    remote: 'Remote',
    folder: 'Folder',
    address: 'Address',
    options: 'Options',
    loading: 'Reading the details…',
  },
  updates: {
    title: 'What changed',
    none: 'Already up to date.',
    counts: {
      rejected: (count: number) => `${formatCount(count)} rejected`,
      forced: (count: number) => `${formatCount(count)} forced`,
      'tag-moved': (count: number) => counted(count, 'tag moved', 'tags moved'),
      deleted: (count: number) => `${formatCount(count)} pruned`,
      'fast-forward': (count: number) => `${formatCount(count)} moved on`,
      'new-branch': (count: number) => counted(count, 'new branch', 'new branches'),
      'new-tag': (count: number) => counted(count, 'new tag', 'new tags'),
      'new-ref': (count: number) => counted(count, 'new ref', 'new refs'),
    } satisfies Record<RefUpdateView['change'], (count: number) => string>,
    changes: {
      rejected: 'rejected',
      forced: 'forced',
      'tag-moved': 'tag moved',
      deleted: 'pruned',
      'fast-forward': 'moved on',
      'new-branch': 'new branch',
      'new-tag': 'new tag',
      'new-ref': 'new',
    } satisfies Record<RefUpdateView['change'], string>,
    showMore: (count: number) => `Show ${formatCount(count)} more`,
  },
  plan: {
    label: 'The way that was chosen',
    notYet: 'The way is chosen when the server has said what it can do.',
    never: 'It ended before a way was chosen.',
  },
  notices: {
    label: 'Good to know',
    more: (count: number) =>
      count === 1 ? 'One more is in the activity.' : `${formatCount(count)} more are in the activity.`,
  },
  figures: {
    title: 'Figures',
    explain: 'Explain',
    explainNot: 'Hide explanations',
    cutCostsNothing: 'nothing',
    /** What it is called, and what it means. */
    rows: {
      received: ['Received', 'Everything that came over the network for this.'],
      useful: ['Useful', 'Bytes that became part of the repository.'],
      wasted: ['Wasted', 'Bytes that were of no use: cut off within an object, or here already.'],
      framing: ['Headers and framing', 'What carries the rest: headers, framing and the list of references.'],
      saved: [
        'Saved by resuming',
        'Bytes that were here when a connection broke, and did not have to come again.',
      ],
      sent: ['Sent', 'Everything sent to the server: what is asked for, and what is here already.'],
      cutCost: [
        'Cost of a cut now',
        'What would have to be fetched again if the connection broke at this moment.',
      ],
      requests: ['Requests', 'How often the server was asked for something.'],
      drops: ['Interruptions', 'Connections that ended while data was still to come.'],
      time: ['Active time', 'Time at work, without pauses and waiting.'],
    } satisfies Record<string, [string, string]>,
  },
  stageStates: {
    waiting: 'not yet',
    active: 'running',
    done: 'done',
    failed: 'failed',
    skipped: 'not needed',
  },
  stageHeld: 'on hold',
  units: { bytes: '', objects: 'objects', deltas: 'deltas', files: 'files' },
  pieces: {
    here: 'here',
    arriving: 'arriving',
    indexed: 'in the repository',
    lost: 'to be fetched again',
    wanted: 'not here yet',
    unknownLength: 'Servers do not say how long a pack is; the map grows as it arrives.',
    pack: 'One pack with everything',
    packCut: 'The pack, as far as it came',
    laterRequests: (count: number) =>
      count === 1 ? '1 request for what it lacks' : `${formatCount(count)} requests for what it lacks`,
    requests: (count: number) => counted(count, 'request', 'requests'),
    requestStates: {
      indexed: 'in the repository',
      here: 'here',
      arriving: 'arriving',
      cut: 'cut off, its whole objects kept',
      lost: 'nothing of it kept',
      wanted: 'not asked yet',
    } satisfies Record<RequestState, string>,
    perCell: (count: number) =>
      `Each cell stands for ${formatCount(count)} requests; its corner grows with how many were cut off.`,
    attempts: 'Attempts',
    none: 'Nothing has been asked for yet.',
    number: 'No.',
    source: 'Source',
    started: 'Started',
    duration: 'Duration',
    size: 'Received',
    result: 'Result',
    objects: 'Objects',
    state: 'State',
    results: {
      running: 'running',
      complete: 'complete',
      paused: 'paused',
      failed: 'interrupted',
    } satisfies Record<AttemptView['result'], string>,
    artefactStates: {
      wanted: 'not here yet',
      arriving: 'arriving',
      spooled: 'here, not checked yet',
      verified: 'checked',
      abandoned: 'given up',
    },
    entriesKept: (count: number) =>
      count === 0 ? 'nothing whole yet' : `${counted(count, 'whole object', 'whole objects')} kept`,
    fetched: (bytes: string, parts: number) =>
      parts === 1 ? bytes : `${bytes} in ${formatCount(parts)} parts`,
    /** Of a line that stands for several. */
    range: (first: number, last: number) => `${first}–${last}`,
    times: (what: string, count: number) => `${what}, ${formatCount(count)} times`,
    showEach: (first: number, last: number) => `${first}–${last}: show these attempts one by one`,
    showOlder: (count: number) => `Show ${formatCount(count)} older`,
  },
  activity: {
    label: 'Activity',
    copyAll: 'Copy all',
    none: 'Nothing has happened yet.',
    interrupted: (what: string, count: number, kept: number) =>
      [
        what,
        ...(count > 1 ? [`That happened ${formatCount(count)} times.`] : []),
        ...(kept > 0 ? [`${counted(kept, 'whole object', 'whole objects')} of it kept.`] : []),
      ].join(' '),
    levels: { info: '', notice: 'Notice', problem: 'Problem' },
  },
  remote: {
    none: 'The server has not been asked yet.',
    protocol: 'Protocol',
    protocolVersion: (version: number) => `Git protocol version ${version}`,
    agent: 'Software',
    format: 'Object format',
    head: 'Default branch',
    headNone: 'none',
    refs: 'References',
    refCounts: (branches: number, tags: number, refs: number) => {
      const others = Math.max(0, refs - branches - tags);
      const parts = [counted(branches, 'branch', 'branches'), counted(tags, 'tag', 'tags')];
      if (others > 0) parts.push(counted(others, 'other reference', 'other references'));
      return parts.join(', ');
    },
    empty: 'The repository is empty.',
    can: 'What the server offers',
    yes: 'yes',
    no: 'no',
    capabilities: {
      filter: ['Partial clone', 'Objects can be left out and fetched later.'],
      shallow: ['Shallow clone', 'History can be cut off at a depth.'],
      resume: ['Resuming inside a pack', 'An interrupted pack goes on at the byte where it stopped.'],
      bundleUri: ['Bundle list', 'Parts of the history are offered as plain files.'],
      packfileUris: ['Packs elsewhere', 'Parts of the pack may come from another address.'],
      objectInfo: ['Object sizes', 'Sizes can be asked for without fetching.'],
      refInWant: ['Wanting by name', 'A branch can be asked for by its name.'],
    } satisfies Record<keyof OfferView['capabilities'], [string, string]>,
  },
};
