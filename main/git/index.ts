export type { AdvertisedRef } from './advertised-ref.ts';
export { parseArtefactUrl, type ArtefactUrl } from './artefact-url.ts';
export {
  beginsLikeBundle,
  BundleHeaderReader,
  type BundleHeader,
  type BundlePrerequisite,
  type BundleTip,
} from './bundle-header.ts';
export { encodeBundleHeader } from './bundle-header-writer.ts';
export {
  bundleListOf,
  parseBundleList,
  parseCreationToken,
  type BundleList,
  type ListedBundle,
} from './bundle-list.ts';
export { BundleUriDecoder, encodeBundleUriRequest } from './bundle-uri-command.ts';
export {
  bundleBaseOf,
  resolveBundleList,
  resolveBundleUri,
  resolveLocalBundleUri,
  type BundleBase,
  type ResolvedBundle,
} from './bundle-uri.ts';
export { bytesOfText, shownName, textOfBytes } from './byte-text.ts';
export {
  AdvertisementDecoder,
  decodeAdvertisement,
  type Advertisement,
  type AdvertisementOptions,
  type AdvertisementV0,
  type AdvertisementV2,
} from './capabilities.ts';
export { parseConfigText, type ConfigEntry } from './config-text.ts';
export { decodeCredential, encodeCredential, type GitCredential } from './credential.ts';
export { decodeDumbAlternates, type DumbAlternates } from './dumb-alternates.ts';
export {
  decodeDumbHead,
  decodeInfoPacks,
  decodeInfoRefs,
  type DumbHead,
  type InfoRefs,
} from './dumb-http.ts';
export { fetchSections, type FetchSection, type FetchState } from './conversation.ts';
export {
  LocalProtocolError,
  RemoteError,
  RemoteProtocolError,
  RemoteUrlError,
  type RemoteProtocolReason,
  type RemoteUrlReason,
} from './errors.ts';
export { encodeFetchRequest, type FetchRequest } from './fetch-request.ts';
export { FetchResponseDecoder, type FetchEvent } from './fetch-response.ts';
export type { PackInfoKey } from './fetch-section-lines.ts';
export { isSameFilter } from './filter-spec.ts';
export * as limits from './limits.ts';
export { encodeLsRefsRequest, LsRefsDecoder, type LsRefsRequest } from './ls-refs.ts';
export {
  bytesOfHex,
  hexOf,
  isOid,
  nullOid,
  oidBytesLength,
  oidHexLength,
  parseOid,
  type ObjectFormat,
} from './oid.ts';
export {
  decodeEntryHeader,
  decodePackHeader,
  type PackEntryHeader,
  type PackEntryType,
} from './pack/entry.ts';
export { EntrySizes } from './pack/entry-sizes.ts';
export { packIndexOids } from './pack/index-file.ts';
export { EntryIds } from './pack/entry-ids.ts';
export { EntryTable, noEntry, typeNumbers } from './pack/entry-table.ts';
export { JoinedEntries } from './pack/joined-entries.ts';
export { pakoInflate, type Inflater, type InflateFactory, type InflateStep } from './pack/inflate.ts';
export {
  PackIndexReader,
  packIndexParts,
  reverseIndexParts,
  type IndexedEntry,
  type SortedEntries,
} from './pack/pack-index.ts';
export { PackScanner, type PackScannerOptions, type ScannedEntry } from './pack/scanner.ts';
export { encodeDistance, sizeBytesAt, ThinPack, type CopiedBytes } from './pack/thin-pack.ts';
export {
  concatBytes,
  decodePktLine,
  delimiterPkt,
  encodePktLine,
  flushPkt,
  PktLineReader,
  responseEndPkt,
  type DecodedPktLine,
  type Packet,
} from './pkt-line.ts';
export { isBranchName, isRefName, shortenRef } from './ref-name.ts';
export { suggestedDirectoryName } from './directory-name.ts';
export {
  displayUrl,
  parseRemoteUrl,
  type HttpRemoteUrl,
  type RemoteUrl,
  type RemoteUrlOptions,
} from './remote-url.ts';
export { safeText } from './safe-text.ts';
export { decodeSideband, type SidebandPacket } from './sideband.ts';
export { BatchOutputReader, type BatchObject } from './object/batch-output.ts';
export { ClosureProof } from './object/closure-proof.ts';
export { commitLinks, tagTarget, type CommitLinks, type TagTarget } from './object/links.ts';
export { OidFlags } from './object/oid-flags.ts';
export { OidIndex } from './object/oid-index.ts';
export { ObjectLineReader, type ObjectType } from './object/oid-lines.ts';
export { OidList } from './object/oid-list.ts';
export { OidQueue } from './object/oid-queue.ts';
export { OidSet } from './object/oid-set.ts';
export { TreeVersions, type TreeVisit } from './object/tree.ts';
