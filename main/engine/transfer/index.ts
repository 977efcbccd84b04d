export {
  receivePack,
  type PackSink,
  type PackStreamListener,
  type PackStreamResult,
} from './pack-stream.io.ts';
export { negotiate, withAnswer, type Common, type Negotiation } from './negotiate.io.ts';
export { backoffMs, retryDelayMsMax, retryDelayMsMin } from './backoff.ts';
export * from './ranges/index.ts';
