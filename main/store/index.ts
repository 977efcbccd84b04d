export { DatabaseFromFutureError, DatabaseFromPastError, DatabaseMissingError } from './errors.ts';
export { openStore, openStoreReadOnly, type OpenedStore, type OpenOptions } from './open.io.ts';
export type { ReadableStore } from './reader.ts';
export { activityLinesMax, type WritableStore } from './writer.ts';
