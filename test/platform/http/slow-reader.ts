/** Reads one large body with rests in between, and says how its own memory grew meanwhile. Run with --expose-gc. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient } from '../../../main/platform/http/index.ts';
import { get } from './asking.ts';

const client = createHttpClient();
const response = await get(client, process.argv[2] ?? '');
globalThis.gc?.();
const before = process.memoryUsage().rss;
await sleep(1200);
let [bytes, sinceRest, rssMax] = [0, 0, before];
for await (const chunk of response.body) {
  bytes += chunk.length;
  sinceRest += chunk.length;
  if (sinceRest < 2 * 1024 * 1024) continue;
  sinceRest = 0;
  await sleep(5);
  // Read chunks wait for the collector; what is asked here is how much is held.
  globalThis.gc?.();
  rssMax = Math.max(rssMax, process.memoryUsage().rss);
}
await client.close();
console.log(JSON.stringify({ bytes, rssGrowthBytes: rssMax - before }));
