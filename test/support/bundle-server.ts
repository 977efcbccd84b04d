/** Files behind HTTP, as a server of bundles has them: ranges, validators, and misbehaviour by request. */

import { honest, startFaultServer, type FaultServer, type SeenRequest, type Step } from './fault-server.ts';
import { serve, type AnswerMore } from './range-server.ts';

export interface BundleServer extends FaultServer {
  files: Map<string, Buffer>;
  /** What to do to an answer; `nth` counts the requests for this path. */
  how: (request: SeenRequest, nth: number) => AnswerMore | readonly Step[];
  /** Bytes sent in all answers, heads included. */
  readonly sentBytes: number;
}

export async function startBundleServer(): Promise<BundleServer> {
  const files = new Map<string, Buffer>();
  const seen = new Map<string, number>();
  const server = await startFaultServer((request) => {
    const nth = (seen.get(request.path) ?? 0) + 1;
    seen.set(request.path, nth);
    const bytes = files.get(request.path);
    const answer = bundles.how(request, nth);
    if (Array.isArray(answer)) return answer as readonly Step[];
    if (bytes === undefined) return honest('no such file', [], 404);
    return serve(request, { bytes, etag: `"${bytes.length}"` }, answer as AnswerMore);
  });
  // Not a copy: what the server says of itself changes.
  const bundles: BundleServer = Object.defineProperties(
    { files, how: () => ({}) },
    {
      ...Object.getOwnPropertyDescriptors(server),
      sentBytes: { get: () => server.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0) },
    },
  ) as unknown as BundleServer;
  return bundles;
}
