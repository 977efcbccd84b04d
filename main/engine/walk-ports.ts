/** The port behind which a thread finds out what a history lacks. Types only. */

/**
 * What a request is for: `root`, trees of commits with all trees below them; `tree` and `blob`, just the objects named.
 */
export type WantedKind = 'root' | 'tree' | 'blob';

/** How many objects of each kind are worth one request; no roots: they are asked for like other trees. */
export interface WantedSizes extends Record<WantedKind, number> {
  /** What one request may ask for where sizes can be foreseen by path; without it the numbers alone count. */
  foreseen?: {
    /** Of the answer. */
    bytesMax: number;
    idsMax: number;
    /** Where nothing like it came yet. */
    bytesPerId: Record<'tree' | 'blob', number>;
  };
}

/** Objects to ask for in one request. */
export interface WantedBatch {
  number: number;
  kind: WantedKind;
  /** Their ids, one behind the other. */
  oids: Uint8Array;
  count: number;
  /** Part of a request that was stuck: says nothing about how many objects are worth one request. */
  narrowed: boolean;
}

/** How a request ended. */
export interface BatchEnd {
  /** It was cut after so many bytes with nothing new, as long as connections live; else null. */
  stuckBytes: number | null;
  /** The object, hex, for whose sake the server refused all of it; else null. */
  refused: string | null;
}

/** An object that will not come, whatever else does. */
export interface SetAside {
  /** No connection lives long enough to carry it, or the server says that it has no such object. */
  why: 'too-large' | 'refused';
  oid: string;
  /** Under which it was first seen, a folder's with "/" at its end; one character a byte. Null when nobody looked. */
  path: string | null;
  /** The most that arrived of it before a cut. */
  bytesSeen: number;
}

/** What a history lacks, found out in a thread of its own while it is filled up. */
export interface HistoryWalk {
  /** Looks at everything that is here. The first thing asked. */
  begin(): Promise<void>;
  /**
   * The objects of this pack are in the repository now. Answers with how many were not here before; null: not known.
   * @param holds `commits`: it was asked for because of them, and of tags; else it has none
   */
  packAdded(indexPath: string, holds: 'commits' | 'others'): Promise<number | null>;
  /**
   * Which commits and tags are missing, and how to say so; until `startTrees`.
   * @param islands with those that commits lack which nothing wanted is known to reach yet
   * @param stretch of the missing ones only the oldest: so many, or a share of them where that is null. Null: all
   */
  frontier(
    islands: boolean,
    stretch: { wantsMax: number | null } | null,
  ): Promise<{ missing: string[]; shallow: string[]; haves: string[]; commits: number }>;
  /** All commits are here: from now on also what is below their trees is asked for, and an end may be found. */
  startTrees(): Promise<void>;
  /**
   * What to ask for next; while commits are still missing, trees of those that are here. Waits while that cannot be known,
   * or would be little, and something is on its way. Null when everything is here but what was set aside and what that
   * hides.
   */
  next(): Promise<WantedBatch | null>;
  /** From now on requests are of these sizes. */
  resize(sizes: WantedSizes): Promise<void>;
  /**
   * This request is over, and every pack it brought was added. What did not come is asked for again, after the next
   * `resize`. Answers with the object that is set aside because of this, and will not be asked for again.
   */
  settle(batch: number, end: BatchEnd): Promise<{ missing: number; setAside: SetAside | null }>;
  /** All that was set aside. */
  setAside(): Promise<readonly SetAside[]>;
  /** The path under which an object of an unsettled batch was first seen; one character a byte. */
  pathOf(batch: number, place: number): Promise<string | null>;
  close(): Promise<void>;
}

/** @param wants ids of refs: everything they reach is looked for */
export type OpenHistoryWalk = (
  gitDir: string,
  objectFormat: 'sha1' | 'sha256',
  wants: readonly string[],
  signal: AbortSignal,
) => HistoryWalk;
