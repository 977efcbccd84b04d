/**
 * One range download in a process of its own, with the real store, so that its memory is its own. Arguments: address,
 * directory, most connections. Prints one JSON object.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadRange, HostSlots } from '../../main/engine/transfer/index.ts';
import { createDisk, createHttpClient, systemChance, systemClock } from '../../main/platform/index.ts';
import { openStore } from '../../main/store/index.ts';

const [url = '', directory = '', connectionsText = '4'] = process.argv.slice(2);
const { store } = openStore(join(directory, 'packmule.db'));
const bytes = { wireBytes: 0, usefulBytes: 0, wastedBytes: 0, savedBytes: 0, uploadedBytes: 0 };
store.saveJob({
  ...{
    id: 'job',
    kind: 'clone',
    url,
    directory,
    options: {},
    fetch: null,
    updates: null,
    state: 'downloading',
  },
  ...{ stage: 'download', position: 0, bytes, requests: 0, drops: 0, activeMs: 0, tries: 0, failure: null },
  ...{ question: null, offer: null, plan: null, createdAtMs: 0, finishedAtMs: null },
});
store.saveArtefact({
  ...{ id: 'artefact1', jobId: 'job', kind: 'pack-stream', source: url, state: 'arriving', totalBytes: null },
  ...{ totalObjects: null, objects: 0, spoolName: 'file', createdAtMs: 0 },
});
const http = createHttpClient();
const began = performance.now();
const result = await downloadRange(
  { artefactId: 'artefact1', path: join(directory, 'file'), sources: [{ url }] },
  {
    ...{ clock: systemClock, chance: systemChance, disk: createDisk(), http, store, hosts: new HostSlots() },
    connectionsMax: Number(connectionsText),
    timeouts: { connectMs: 15_000, headersMs: 60_000, silenceMs: 30_000 },
    userAgent: 'packmule-bench',
  },
  new AbortController().signal,
);
const seconds = (performance.now() - began) / 1000;
await http.close();
const rows = store.loadPieces('artefact1').length;
store.close();
// Not what getrusage(2) says: that begins with what the parent had when it forked.
const status = readFileSync('/proc/self/status', 'utf8');
const peakBytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...result, seconds, rows, peakBytes, cpuSeconds: (user + system) / 1e6 }));
