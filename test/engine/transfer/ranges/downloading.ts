/** A range download with the real network, disk and clock, and rows in memory. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  downloadRange,
  HostSlots,
  type RangeNotice,
  type RangeResult,
  type RangeWish,
  type RangeWorld,
} from '../../../../main/engine/transfer/index.ts';
import { createDisk, createHttpClient, systemChance, systemClock } from '../../../../main/platform/index.ts';
import type { Clock } from '../../../../main/engine/ports.ts';
import type { FaultServer } from '../../../support/fault-server.ts';
import { noise } from '../../../support/noise.ts';
import { startRangeServer } from '../../../support/range-server.ts';
import { makeTempDir } from '../../../support/temp.ts';
import { MemoryRows } from './memory-rows.ts';

export const mebi = 1024 * 1024;
/** More than three pieces. */
export const bytes = noise(3 * mebi + 12_345);

/** A server that ends with the test. */
export async function server(...how: Parameters<typeof startRangeServer>): Promise<FaultServer> {
  const started = await startRangeServer(...how);
  onTestFinished(() => started.close());
  return started;
}

export interface Bench {
  rows: MemoryRows;
  path: string;
  notices: RangeNotice[];
  /** What is in the file now. */
  content(): Buffer;
  run(wish?: Partial<RangeWish>, world?: Partial<RangeWorld>, signal?: AbortSignal): Promise<RangeResult>;
}

/** No waiting between tries. */
export const hurried = { ...systemChance, fraction: () => 0.02 };

/** Twenty times as fast as the world's. */
export const fastClock: Clock = {
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * 20,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

/** @param urls of the sources, where a wish names no others */
export function bench(...urls: string[]): Bench {
  const rows = new MemoryRows();
  const path = join(makeTempDir('range'), 'file');
  const notices: RangeNotice[] = [];
  return {
    rows,
    path,
    notices,
    content: () => readFileSync(path),
    async run(wish = {}, world = {}, signal = new AbortController().signal) {
      const http = createHttpClient();
      try {
        return await downloadRange(
          { artefactId: 'a', path, sources: urls.map((url) => ({ url })), ...wish },
          {
            clock: systemClock,
            chance: hurried,
            disk: createDisk(),
            http,
            store: rows,
            hosts: new HostSlots(),
            connectionsMax: 4,
            timeouts: { connectMs: 2000, headersMs: 2000, silenceMs: 2000 },
            userAgent: 'packmule-test',
            ...world,
          },
          signal,
          { onNotice: (notice) => notices.push(notice) },
        );
      } finally {
        await http.close();
      }
    },
  };
}
