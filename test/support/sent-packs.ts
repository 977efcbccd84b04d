/** What a server really sent: the pack in each of its answers, and the objects that are whole in it. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackTools } from '../../main/platform/index.ts';
import { git } from './git.ts';
import type { RequestLog } from './git-http-server.ts';

export interface SentPack {
  request: RequestLog;
  /** Of the pack itself, as far as it was sent. */
  bytes: number;
  /** Objects that were sent whole, each with its bytes in the pack. */
  objects: { oid: string; bytes: number }[];
}

export class SentPacks {
  readonly #bodies = new Map<RequestLog, Buffer[]>();

  /** For `onBody` of a server. */
  readonly keep = (request: RequestLog, bytes: Uint8Array): void => {
    const pieces = this.#bodies.get(request);
    if (pieces === undefined) this.#bodies.set(request, [Buffer.from(bytes)]);
    else pieces.push(Buffer.from(bytes));
  };

  /** Every answer with a pack in it, in the order of the requests. */
  async packs(directory: string, objectFormat: 'sha1' | 'sha256'): Promise<SentPack[]> {
    const tools = createPackTools();
    const packs: SentPack[] = [];
    for (const [request, pieces] of this.#bodies) {
      const pack = packIn(Buffer.concat(pieces));
      if (pack === null) continue;
      const path = join(directory, `sent-${request.number}.pack`);
      await writeFile(path, pack);
      const sealed = await tools.seal(path, objectFormat);
      const objects = sealed === null ? [] : await objectsIn(path, objectFormat);
      packs.push({ request, bytes: pack.length, objects });
    }
    return packs;
  }
}

/** The pack's own bytes in an answer to `fetch` (gitprotocol-v2(5), "packfile"); null when there is no such section. */
function packIn(body: Buffer): Buffer | null {
  const pieces: Buffer[] = [];
  let inPack = false;
  for (let at = 0; at + 4 <= body.length;) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    const packet = body.subarray(at + 4, Math.max(at + 4, at + length));
    // The last one may have been cut off.
    if (inPack && packet[0] === 1) pieces.push(packet.subarray(1));
    if (packet.toString('latin1') === 'packfile\n') inPack = true;
    at += Math.max(4, length);
  }
  return inPack ? Buffer.concat(pieces) : null;
}

/** Ids and lengths in a sealed pack, as git sees them. */
async function objectsIn(path: string, objectFormat: 'sha1' | 'sha256'): Promise<SentPack['objects']> {
  const index = path.replace(/\.pack$/, '.idx');
  await git(['index-pack', `--object-format=${objectFormat}`, path]);
  const shown = await git(['show-index', `--object-format=${objectFormat}`], {
    input: await readFile(index),
  });
  const entries = [...shown.matchAll(/^(\d+) ([0-9a-f]+)/gm)].map(([, at, oid]) => ({
    at: Number(at),
    oid: oid!,
  }));
  entries.sort((a, b) => a.at - b.at);
  const end = (await readFile(path)).length - (objectFormat === 'sha1' ? 20 : 32);
  return entries.map(({ at, oid }, place) => ({ oid, bytes: (entries[place + 1]?.at ?? end) - at }));
}
