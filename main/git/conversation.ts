/**
 * What may follow what in the answer to `fetch` (gitprotocol-v2, "fetch"), as one table.
 *
 * Theory of operation, after h11's `_state.py`. An answer is a row of sections. A section is a header line, lines that
 * belong to it, and a packet that ends it: a delimiter when another section follows, a flush at the very end. Git
 * gives the grammar as
 *
 *     output = acknowledgments flush-pkt |
 *              [acknowledgments delim-pkt] [shallow-info delim-pkt] [wanted-refs delim-pkt]
 *              [packfile-uris delim-pkt] packfile flush-pkt
 *
 * but upload-pack itself sends wanted-refs before shallow-info (upload-pack.c, upload_pack_v2), so these two may come
 * in either order, each once; the states `…-shallow-info-last` and `in-wanted-refs-first` are that way round. Our own
 * extension puts `pack-info delim-pkt` directly before `packfile`. Two kinds of states follow from it. In
 * `before-x` states the next line is a header; the state's name says the earliest section that may still come, so
 * "each section at most once, in this order" needs no memory beyond the state. In `in-x` states a line belongs to the
 * section, whatever it says. Sections we do not know are skipped; `skipping-before-x` remembers where we were.
 *
 * One rule crosses sections: acknowledgments are followed by more exactly when they said `ready`. So `ready` is an
 * input of its own, and leads to a state where only the delimiter ends the section; without it only the flush does.
 *
 * What is in the table: framing and order. What is not: what the lines of a section say (fetch-response.ts), limits,
 * and the end of the connection, which is never an end of the answer: only `end` is.
 *
 * An input that a state does not list is a violation. `end` and `failed` list nothing.
 */

/** Sections we know, in the order in which they may come. */
export const fetchSections = [
  'acknowledgments',
  'shallow-info',
  'wanted-refs',
  'packfile-uris',
  'pack-info',
  'packfile',
] as const;

export type FetchSection = (typeof fetchSections)[number];

/** What can happen: a header of a known or unknown section, a line inside one, `ready`, a framing packet, an error. */
export type FetchInput =
  FetchSection | 'unknown-section' | 'line' | 'ready' | 'delimiter' | 'flush' | 'response-end' | 'error';

export const fetchInputs: readonly FetchInput[] = [
  ...fetchSections,
  'unknown-section',
  'line',
  'ready',
  'delimiter',
  'flush',
  'response-end',
  'error',
];

export type FetchState =
  | `before-${FetchSection}`
  | `skipping-before-${FetchSection}`
  | `in-${FetchSection}`
  | 'in-acknowledgments-ready'
  | 'in-wanted-refs-first'
  | 'before-shallow-info-last'
  | 'skipping-before-shallow-info-last'
  | 'in-shallow-info-last'
  | 'end'
  | 'failed';

type Row = Readonly<Partial<Record<FetchInput, FetchState>>>;

const packfile = { packfile: 'in-packfile' } as const;
const packInfo = { 'pack-info': 'in-pack-info', ...packfile } as const;
const packfileUris = { 'packfile-uris': 'in-packfile-uris', ...packInfo } as const;
const wantedRefs = { 'wanted-refs': 'in-wanted-refs', ...packfileUris } as const;
const shallowInfoLast = { 'shallow-info': 'in-shallow-info-last', ...packfileUris } as const;
const shallowInfo = {
  ...wantedRefs,
  'shallow-info': 'in-shallow-info',
  'wanted-refs': 'in-wanted-refs-first',
} as const;
const acknowledgments = { acknowledgments: 'in-acknowledgments', ...shallowInfo } as const;

/** Wherever the answer goes on, the server may also give up. */
const error = { error: 'failed' } as const;

export const fetchConversation: Readonly<Record<FetchState, Row>> = {
  'before-acknowledgments': {
    ...acknowledgments,
    'unknown-section': 'skipping-before-acknowledgments',
    ...error,
  },
  'before-shallow-info': { ...shallowInfo, 'unknown-section': 'skipping-before-shallow-info', ...error },
  'before-shallow-info-last': {
    ...shallowInfoLast,
    'unknown-section': 'skipping-before-shallow-info-last',
    ...error,
  },
  'before-wanted-refs': { ...wantedRefs, 'unknown-section': 'skipping-before-wanted-refs', ...error },
  'before-packfile-uris': { ...packfileUris, 'unknown-section': 'skipping-before-packfile-uris', ...error },
  'before-pack-info': { ...packInfo, 'unknown-section': 'skipping-before-pack-info', ...error },
  'before-packfile': { ...packfile, 'unknown-section': 'skipping-before-packfile', ...error },

  'skipping-before-acknowledgments': {
    line: 'skipping-before-acknowledgments',
    delimiter: 'before-acknowledgments',
    ...error,
  },
  'skipping-before-shallow-info': {
    line: 'skipping-before-shallow-info',
    delimiter: 'before-shallow-info',
    ...error,
  },
  'skipping-before-shallow-info-last': {
    line: 'skipping-before-shallow-info-last',
    delimiter: 'before-shallow-info-last',
    ...error,
  },
  'skipping-before-wanted-refs': {
    line: 'skipping-before-wanted-refs',
    delimiter: 'before-wanted-refs',
    ...error,
  },
  'skipping-before-packfile-uris': {
    line: 'skipping-before-packfile-uris',
    delimiter: 'before-packfile-uris',
    ...error,
  },
  'skipping-before-pack-info': { line: 'skipping-before-pack-info', delimiter: 'before-pack-info', ...error },
  'skipping-before-packfile': { line: 'skipping-before-packfile', delimiter: 'before-packfile', ...error },

  'in-acknowledgments': {
    line: 'in-acknowledgments',
    ready: 'in-acknowledgments-ready',
    flush: 'end',
    ...error,
  },
  'in-acknowledgments-ready': {
    line: 'in-acknowledgments-ready',
    ready: 'in-acknowledgments-ready',
    delimiter: 'before-shallow-info',
    ...error,
  },
  'in-shallow-info': { line: 'in-shallow-info', delimiter: 'before-wanted-refs', ...error },
  'in-wanted-refs-first': { line: 'in-wanted-refs-first', delimiter: 'before-shallow-info-last', ...error },
  'in-shallow-info-last': { line: 'in-shallow-info-last', delimiter: 'before-packfile-uris', ...error },
  'in-wanted-refs': { line: 'in-wanted-refs', delimiter: 'before-packfile-uris', ...error },
  'in-packfile-uris': { line: 'in-packfile-uris', delimiter: 'before-pack-info', ...error },
  'in-pack-info': { line: 'in-pack-info', delimiter: 'before-packfile', ...error },
  'in-packfile': { line: 'in-packfile', flush: 'end', ...error },

  end: {},
  failed: {},
};

export const firstFetchState: FetchState = 'before-acknowledgments';

/** The state after `input`, or null when nothing of the kind may stand here. */
export function nextFetchState(state: FetchState, input: FetchInput): FetchState | null {
  return fetchConversation[state][input] ?? null;
}
