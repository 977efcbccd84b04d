/** A file behind HTTP that answers for ranges as told: rightly, or wrong in one of the ways that were seen in the world. */

import { head, startFaultServer, type FaultServer, type SeenRequest, type Step } from './fault-server.ts';

export interface ServedFile {
  bytes: Buffer;
  /** With its quotes; null for a server that has none. */
  etag?: string | null;
  /** An HTTP date; none when absent. */
  lastModified?: string;
}

export interface AnswerMore {
  /** Instead of 200 or 206. */
  status?: number;
  /** Further fields, as lines. */
  fields?: readonly string[];
  /** Instead of the right Content-Range; null leaves it out. */
  contentRange?: string | null;
  /** So many bytes of the body, then its end. */
  cutAfter?: number;
  end?: 'fin' | 'reset' | 'stall';
  /** Answers with the whole, whatever is asked. */
  wholeOnly?: boolean;
  /** Pays no heed to If-Range. */
  ignoreIfRange?: boolean;
  /** Instead of the right bytes; as many. */
  body?: (right: Buffer) => Buffer;
  /** The body goes in chunks, without a length. */
  chunked?: boolean;
  bytesPerSecond?: number;
}

/** What the request asks for, if it asks for a range: end excluded. */
export function rangeOf(request: SeenRequest, length: number): { from: number; to: number } | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  if (match === null) return null;
  return { from: Number(match[1]), to: Math.min(length, match[2] ? Number(match[2]) + 1 : length) };
}

/** Whether If-Range, where it is sent, names this version (RFC 9110 §13.1.5). */
function rangeHolds(request: SeenRequest, file: ServedFile): boolean {
  const field = request.headers.get('if-range');
  return field === undefined || field === file.etag || field === file.lastModified;
}

function validators(file: ServedFile): string[] {
  const date = `Date: ${new Date().toUTCString()}`;
  const etag = file.etag === null ? [] : [`ETag: ${file.etag ?? '"one"'}`];
  return [date, ...etag, ...(file.lastModified === undefined ? [] : [`Last-Modified: ${file.lastModified}`])];
}

/** One answer for `file`; by RFC 9110 §14 but for what `more` says. */
export function serve(request: SeenRequest, file: ServedFile, more: AnswerMore = {}): Step[] {
  const total = file.bytes.length;
  const named = { etag: '"one"', ...file };
  const asked = rangeOf(request, total);
  const partly =
    asked !== null && more.wholeOnly !== true && (more.ignoreIfRange === true || rangeHolds(request, named));
  if (partly && asked.from >= total)
    return [{ send: head(416, [`Content-Range: bytes */${total}`, 'Content-Length: 0']) }];
  const { from, to } = partly ? asked : { from: 0, to: total };
  const right = file.bytes.subarray(from, to);
  const body = more.body?.(right) ?? right;
  const range = more.contentRange === undefined ? `bytes ${from}-${to - 1}/${total}` : more.contentRange;
  const fields = [
    ...validators(named),
    ...(more.chunked === true ? ['Transfer-Encoding: chunked'] : [`Content-Length: ${body.length}`]),
    ...(partly && range !== null ? [`Content-Range: ${range}`] : []),
    ...(more.fields ?? []),
  ];
  const sent = body.subarray(0, more.cutAfter ?? body.length);
  const everyMs = 20;
  const pace =
    more.bytesPerSecond === undefined
      ? {}
      : { sliceBytes: Math.ceil((more.bytesPerSecond * everyMs) / 1000), everyMs };
  const framed = more.chunked === true ? chunks(sent, sent.length === body.length) : sent;
  const steps: Step[] = [
    { send: head(more.status ?? (partly ? 206 : 200), fields) },
    { send: framed, ...pace },
  ];
  const ends = more.cutAfter !== undefined && more.cutAfter < body.length;
  return ends ? [...steps, more.end ?? 'fin'] : steps;
}

function chunks(body: Buffer, whole: boolean): Buffer {
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat([
    ...(body.length === 0 ? [] : [size, body, Buffer.from('\r\n')]),
    Buffer.from(whole ? '0\r\n\r\n' : ''),
  ]);
}

/** `GET <path> <Range> [If-Range]`, one line for each request: what a test states. */
export function requestLog(server: FaultServer): string[] {
  return server.requests.map(({ path, headers }) =>
    [path, headers.get('range') ?? 'whole', headers.get('if-range') ?? ''].join(' ').trim(),
  );
}

export async function startRangeServer(
  file: ServedFile,
  how: (request: SeenRequest, nth: number) => AnswerMore | readonly Step[] = () => ({}),
): Promise<FaultServer> {
  let nth = 0;
  return await startFaultServer((request) => {
    const answer = how(request, ++nth);
    return Array.isArray(answer) ? (answer as readonly Step[]) : serve(request, file, answer as AnswerMore);
  });
}
