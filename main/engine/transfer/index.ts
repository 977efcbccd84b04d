export {
  receivePack,
  type PackSink,
  type PackStreamListener,
  type PackStreamResult,
} from './pack-stream.io.ts';
