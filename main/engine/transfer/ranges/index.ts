export {
  downloadRange,
  type RangeListener,
  type RangeNotice,
  type RangeResult,
  type RangeSource,
  type RangeWish,
  type RangeWorld,
  type SourceReport,
} from './range-download.io.ts';
export { HostSlots } from './host-slots.ts';
export type { Span } from './spans.ts';
