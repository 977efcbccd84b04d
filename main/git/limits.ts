/**
 * Every limit on what a stranger may send, with its reason. Memory grows with bytes that arrived, never with a number
 * someone claimed; these limits catch what would still grow too far.
 */

/** Git's own: LARGE_PACKET_MAX, four digits of length included (gitprotocol-common, "pkt-line Format"). */
export const pktLineBytesMax = 65_520;

/** A ref name longer than this cannot be a file name path on the systems we know (PATH_MAX is 4096 on Linux). */
export const refNameBytesMax = 4096;

/** The largest public repositories have a few million refs; each costs us about 200 bytes. */
export const refsCountMax = 10_000_000;

/** Real servers send about ten lines; Git sets no limit. Five thousand must pass (Git accepts them). */
export const capabilityLinesMax = 65_536;

/** All capability lines together. A server that wants to say more than this is not describing itself. */
export const capabilityBytesMax = 4 * 1024 * 1024;

/**
 * A line of a response section that is not pack data: an object id and a name, or a pack hash and a URI. Signed URIs of
 * object stores come near 2 KiB.
 */
export const textLineBytesMax = 16 * 1024;

/** One line of progress or error text as we hand it on. A person reads no more; a terminal shows less. */
export const shownTextCharsMax = 4096;

/** One acknowledgment per `have` at most; we send fewer than this in one request. */
export const acknowledgmentLinesMax = 1_000_000;

/** Shallow boundaries: one per commit at the edge of a shallow clone; linux at depth 1 of all branches has thousands. */
export const shallowLinesMax = 10_000_000;

/** We send the `want-ref` lines ourselves; a glob on our own server may answer with every ref. */
export const wantedRefLinesMax = refsCountMax;

/** Each URI is a whole file to fetch; servers cut repositories into tens. */
export const packfileUriLinesMax = 10_000;

/** Four keys, of which only `seed` repeats: one per tip of a checkpoint. */
export const packInfoLinesMax = refsCountMax;

/** Sections we do not know are skipped line by line; this ends a server that never stops. */
export const unknownSectionLinesMax = 1_000_000;

/**
 * Claimed size of one object. We stream and hold none of it, so this guards arithmetic, not memory: far above any
 * object Git can serve, far below 2^53.
 */
export const packObjectBytesMax = 2 ** 40;

/** Type, size (10 bytes for 64 bits) and base (10 bytes of distance, or 32 bytes of SHA-256) of one entry. */
export const packEntryHeaderBytesMax = 42;

/** The longest URL servers and proxies agree to carry (RFC 9110 §4.1 asks for 8000). */
export const remoteUrlCharsMax = 8000;

/** RFC 1035 §2.3.4, as text without the final dot. */
export const hostCharsMax = 253;

/** A line of a bundle's header but a prerequisite: an id and a name, or a filter. Git reads such lines byte by byte. */
export const bundleLineBytesMax = 64 * 1024;

/** A prerequisite's comment is a commit's subject, of any length; nobody needs more of it than this. */
export const bundleCommentBytesMax = 256;

/** A bundle of a repository with a million refs is one of the largest; each costs us about 200 bytes. */
export const bundleTipsMax = 1_000_000;

/** One per commit at the edge of what a bundle holds. */
export const bundlePrerequisitesMax = 1_000_000;

/** A million refs and prerequisites with names and subjects of usual length. */
export const bundleHeaderBytesMax = 256 * 1024 * 1024;

/** Bundle lists in Git's configuration format. A hundred thousand bundles take less than half of it. */
export const configBytesMax = 32 * 1024 * 1024;

/** Section, subsection and key of one entry, and its value; the longest we know of are signed URIs. */
export const configValueBytesMax = 64 * 1024;

/** Five keys for each of a hundred thousand bundles, and the list's own. */
export const configEntriesMax = 600_000;

/** Servers fold old bundles into one and keep about thirty (bundle-uri.adoc, "Example Bundle Provider organization"). */
export const listedBundlesMax = 100_000;

/** A bundle's id in a list is a name like `2022-02-09-1644442601-daily`. */
export const bundleIdCharsMax = 1024;

/** Files of a static repository that are read whole: a list of a million refs is one of the largest. */
export const dumbFileBytesMax = 128 * 1024 * 1024;

/** Packs of a repository that somebody repacks now and then; each is a request for its index at least. */
export const dumbPacksMax = 10_000;

/** A repository borrows from one or two others. */
export const alternatesMax = 100;
