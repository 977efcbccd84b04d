/** What the engine asks of the world about packs in files: work that would block its own thread. A part of ports.ts. */

/** A spool turned into a pack that git can index. */
export interface SealedPack {
  /** Whole entries in it. */
  entries: number;
  /** Its length, trailer included. */
  bytes: number;
  /** Its checksum, by which git names the files; hex. */
  hash: string;
  /** The sender's pack is here to its end and unchanged: nothing was cut off. */
  complete: boolean;
  /** Its index lies beside it, composed while it arrived. */
  indexed: boolean;
}

/** Several packs in one. */
export interface JoinedPack {
  /** Its checksum, by which git names the files; hex. */
  hash: string;
  objects: number;
}

/** A joined pack that was begun while its packs came: a header, and their entries. */
export interface BegunJoin {
  path: string;
  /** In the order in which they lie in it; no object is in two of them. */
  packPaths: readonly string[];
  lengthBytes: number;
}

/** How far a spool is known while it arrives. */
export interface FollowedPack {
  /** Whole entries, and where the last of them ends. */
  entries: number;
  wholeBytes: number;
  /** Null before the header is here. */
  declaredEntries: number | null;
  /** Of these entries, the ones that are in segments, and where the last of them ends. */
  segmentedEntries: number;
  segmentedBytes: number;
}

/** An index written beside a spool. */
export interface ComposedIndex {
  entries: number;
  /** Length and checksum (hex) of the pack it belongs to: of a cut spool, the pack that sealing will make of it. */
  bytes: number;
  hash: string;
}

/**
 * A thread that follows one spool while it grows. Calls are answered in their order. What does not agree with git's own
 * words is `pack-corrupt`; a failing disk is as `Disk` says.
 */
export interface PackFollower {
  /** Scans what the spool has up to `lengthBytes`, and marks its way beside the spool. */
  advance(lengthBytes: number): Promise<FollowedPack>;
  /**
   * All whole entries that are in no segment become one: a thin pack whose bases are in earlier segments. Answers with
   * their number; at 0 there is none.
   */
  beginSegment(): Promise<number>;
  /** The next bytes of the segment, null at its end. */
  segmentChunk(): Promise<Uint8Array | null>;
  /** Takes the ids of the segment's objects from the index git made of it. */
  learnSegment(indexPath: string): Promise<void>;
  /**
   * Writes the index of the whole pack beside the spool (and a reverse index if asked for), durable.
   * @param how.whole the sender's pack is to be here to its end, its checksum right; the spool is durable then too
   */
  compose(how: { whole: boolean; reverse: boolean }): Promise<ComposedIndex>;
  /** Whether everything the tips reach is in the pack, found out with what git says (git-rev-list(1)). */
  proof: {
    needs(objects: readonly { type: 'tree' | 'blob'; oid: string }[]): Promise<void>;
    /** Git's output, piece by piece; null when git has ended. */
    read(bytes: Uint8Array | null): Promise<void>;
    /** Trees in segments that were not walked yet, one id a line. */
    takeTrees(): Promise<Uint8Array>;
    /** How many objects are still to be seen or walked. */
    open(): Promise<number>;
  };
  /** Ends the thread; the spool stays. */
  close(): Promise<void>;
}

/** Of a sealed spool what does not lean on objects nobody has. */
export interface KeptPack {
  path: string;
  entries: number;
  droppedEntries: number;
  droppedBytes: number;
  /** Ids that deltas lean on and that were not among the known ones; those deltas are dropped. */
  lacking: string[];
}

/** Work on packs that would block the engine's thread, done in another. */
export interface PackTools {
  follow(path: string, objectFormat: 'sha1' | 'sha256'): PackFollower;
  /** Counts the whole entries at the start of a spool, and where the last whole one ends. */
  count(
    path: string,
    objectFormat: 'sha1' | 'sha256',
    signal?: AbortSignal,
  ): Promise<{ entries: number; endBytes: number }>;
  /**
   * Salvages a spool in place: cuts it after its last whole entry, writes their true number into the header and a new
   * checksum behind (gitformat-pack, "pack-*.pack files"). Durable when it resolves, and may be repeated after a crash
   * at any moment of it. Null when there is no whole entry.
   */
  seal(path: string, objectFormat: 'sha1' | 'sha256', signal?: AbortSignal): Promise<SealedPack | null>;
  /**
   * Writes a pack beside a sealed spool, without the deltas whose bases (named by id) are not among `bases`, and without
   * what builds on them. The spool stays as it is.
   */
  keepResolvable(
    path: string,
    objectFormat: 'sha1' | 'sha256',
    bases: readonly string[],
    signal?: AbortSignal,
  ): Promise<KeptPack>;
  /**
   * Copies the entries of a pack behind those in `targetPath`, which is made when it is not there. Answers with its length;
   * rejects when there would be more objects than `join` takes.
   */
  append(
    packPath: string,
    targetPath: string,
    objectFormat: 'sha1' | 'sha256',
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Writes the objects of all these packs (paths, their indexes beside them), each once, into one at `targetPath` with its
   * index beside it, both durable. Null when that is better left to git: very many objects, packs out of the ordinary.
   * @param begun of these packs some, in a file that becomes the target; what is not as it says is begun anew
   */
  join(
    packPaths: readonly string[],
    targetPath: string,
    objectFormat: 'sha1' | 'sha256',
    begun: BegunJoin | null,
    signal?: AbortSignal,
  ): Promise<JoinedPack | null>;
}
