/**
 * What is known of the line to a host: how much its connections carried before they broke. Pure; the moment is an
 * argument. From it follows whether to begin with one stream of everything, for which a server first has to find all
 * objects of a history, or with small requests at once.
 */

/** Kept per host. */
export interface LineRecord {
  /** Bytes a connection carried before it broke, on average, the last one counting most. */
  lifeBytes: number;
  cuts: number;
  /** Of the last cut; milliseconds since 1970. */
  atMs: number;
}

/** Older breaks say nothing any more: another network, another day. */
const rememberedMs = 3 * 24 * 3600 * 1000;
/** One broken connection is an accident. */
const cutsMin = 3;
/** What carries this much carries many repositories whole. */
const lifeBytesMax = 64 * 1024 * 1024;

export function afterCut(line: LineRecord | null, bytes: number, nowMs: number): LineRecord {
  const known = line !== null && nowMs - line.atMs < rememberedMs ? line : null;
  const lifeBytes = known === null ? bytes : Math.round((known.lifeBytes + bytes) / 2);
  return { lifeBytes, cuts: (known?.cuts ?? 0) + 1, atMs: nowMs };
}

/** An answer came whole. Null: it was so long that what was known is wrong. */
export function afterWhole(line: LineRecord | null, bytes: number): LineRecord | null {
  return line === null || bytes > 2 * line.lifeBytes ? null : line;
}

/** Whether connections are so short-lived that everything is asked for in small requests from the start. */
export function isShortLived(line: LineRecord | null, nowMs: number): line is LineRecord {
  if (line === null || line.cuts < cutsMin || nowMs - line.atMs >= rememberedMs) return false;
  return line.lifeBytes < lifeBytesMax;
}

/** A record as it was kept; null for anything else. */
export function readLine(text: string | null): LineRecord | null {
  if (text === null || text === '') return null;
  try {
    const { lifeBytes, cuts, atMs } = JSON.parse(text) as Partial<LineRecord>;
    const whole = [lifeBytes, cuts, atMs].every((value) => Number.isSafeInteger(value));
    return whole ? { lifeBytes: lifeBytes ?? 0, cuts: cuts ?? 0, atMs: atMs ?? 0 } : null;
  } catch {
    return null;
  }
}
