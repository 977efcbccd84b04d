/**
 * A bad road between a client and a server of this computer: late, narrow, cut off, or in crumbs. Its words are those of
 * toxiproxy (github.com/Shopify/toxiproxy, "Toxics"): latency, bandwidth, slicer, timeout, reset_peer, limit_data, down.
 */

import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { drained } from './drained.ts';

/** `up`: from the client to the server. `down`: back. */
export type Direction = 'up' | 'down';

/** What a direction suffers. May be changed while connections are open; the next bytes meet the new road. */
export interface Road {
  latencyMs?: number;
  /** Added to the latency, evenly spread; bytes never overtake each other. */
  jitterMs?: number;
  bytesPerSecond?: number;
  /** No write is larger than this, and `sliceEveryMs` lies between two. */
  sliceBytes?: number;
  sliceEveryMs?: number;
  /** Behind so many bytes of one connection, it ends as `end` says. */
  limitBytes?: number;
  /** Behind so many bytes of all connections together (counted from `set`), each that carries more ends. */
  limitBytesTotal?: number;
  /** `stall`: the connection stays open and carries nothing more. */
  end?: 'fin' | 'reset' | 'stall';
}

export interface ProxiedConnection {
  readonly number: number;
  readonly openedAtMs: number;
  /** Bytes handed on. */
  readonly upBytes: number;
  readonly downBytes: number;
  /** What ended it; null while it is open. `peer`: the client or the server itself. */
  readonly end: 'peer' | 'fin' | 'reset' | 'cut' | null;
}

export interface PassedBytes {
  atMs: number;
  connection: number;
  direction: Direction;
  bytes: number;
}

export interface TcpProxy {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly connections: readonly ProxiedConnection[];
  /** Each write that was handed on, in order. */
  readonly passed: readonly PassedBytes[];
  total(direction: Direction): number;
  /** Replaces what the direction suffers; `{}` makes it a good road again. */
  set(direction: Direction, road: Road): void;
  /** Ends every open connection on both sides. */
  cut(how: 'fin' | 'reset'): void;
  /** Resets everything and refuses new connections until `restore`. The port stays ours. */
  goDown(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** How much may be on the road before the sender must wait. */
const onTheWayBytesMax = 1024 * 1024;
/** A narrow road hands on this often. */
const tickMs = 10;

export async function startTcpProxy(target: { port: number; host?: string }): Promise<TcpProxy> {
  const roads: Record<Direction, Road> = { up: {}, down: {} };
  const totals: Record<Direction, number> = { up: 0, down: 0 };
  const totalsAtSet: Record<Direction, number> = { up: 0, down: 0 };
  const connections: Connection[] = [];
  const passed: PassedBytes[] = [];

  const shared: Shared = {
    road: (direction) => roads[direction],
    roomInTotal: (direction) =>
      (roads[direction].limitBytesTotal ?? Infinity) - (totals[direction] - totalsAtSet[direction]),
    onPassed(connection, direction, bytes) {
      totals[direction] += bytes;
      passed.push({ atMs: performance.now(), connection, direction, bytes });
    },
  };

  const listen = async (port: number) => {
    const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = net.connect({
        host: target.host ?? '127.0.0.1',
        port: target.port,
        allowHalfOpen: true,
        noDelay: true,
      });
      connections.push(new Connection(connections.length + 1, client, server, shared));
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', resolve);
    });
    return listener;
  };
  let listener: net.Server | null = await listen(0);
  const { port } = listener.address() as net.AddressInfo;

  const stop = async (how: 'reset' | 'fin') => {
    const closing = listener;
    listener = null;
    const closed = closing
      ? new Promise<void>((resolve) => closing.close(() => resolve()))
      : Promise.resolve();
    for (const each of connections) each.cut(how);
    await closed;
  };

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    passed,
    total: (direction) => totals[direction],
    set(direction, road) {
      roads[direction] = road;
      totalsAtSet[direction] = totals[direction];
    },
    cut(how) {
      for (const each of connections) each.cut(how);
    },
    goDown: () => stop('reset'),
    async restore() {
      listener ??= await listen(port);
    },
    close: () => stop('reset'),
  };
}

interface Shared {
  road(direction: Direction): Road;
  roomInTotal(direction: Direction): number;
  onPassed(connection: number, direction: Direction, bytes: number): void;
}

class Connection implements ProxiedConnection {
  readonly number: number;
  readonly openedAtMs = performance.now();
  upBytes = 0;
  downBytes = 0;
  end: ProxiedConnection['end'] = null;
  readonly #client: net.Socket;
  readonly #server: net.Socket;
  readonly #shared: Shared;

  constructor(number: number, client: net.Socket, server: net.Socket, shared: Shared) {
    this.number = number;
    this.#client = client;
    this.#server = server;
    this.#shared = shared;
    for (const socket of [client, server]) {
      socket.on('error', () => this.#finish('peer', 'reset'));
      socket.once('close', () => {
        if (client.destroyed && server.destroyed) this.end ??= 'peer';
      });
    }
    void this.#carry('up', client, server);
    void this.#carry('down', server, client);
  }

  cut(how: 'fin' | 'reset'): void {
    if (this.end === null) this.#finish('cut', how);
  }

  #finish(end: NonNullable<ProxiedConnection['end']>, how: 'fin' | 'reset'): void {
    this.end ??= end;
    for (const socket of [this.#client, this.#server]) {
      if (socket.destroyed) continue;
      if (how === 'reset') socket.resetAndDestroy();
      else socket.end(() => socket.destroy());
    }
  }

  /** Takes bytes at once, as a road takes cars, and hands them on when their time has come. */
  async #carry(direction: Direction, from: net.Socket, to: net.Socket): Promise<void> {
    const onTheWay: { bytes: Buffer | null; dueMs: number }[] = [];
    let onTheWayBytes = 0;
    let lastDueMs = 0;
    let wake = () => undefined as void;
    const enter = (bytes: Buffer | null) => {
      const { latencyMs = 0, jitterMs = 0 } = this.#shared.road(direction);
      lastDueMs = Math.max(lastDueMs, performance.now() + latencyMs + Math.random() * jitterMs);
      onTheWay.push({ bytes, dueMs: lastDueMs });
      onTheWayBytes += bytes?.length ?? 0;
      if (onTheWayBytes >= onTheWayBytesMax) from.pause();
      wake();
    };
    from.on('data', enter);
    from.once('end', () => enter(null));
    from.once('close', () => wake());

    for (;;) {
      const next = onTheWay.shift();
      if (!next) {
        if (from.destroyed || to.destroyed) break;
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      if (next.bytes === null) {
        to.end();
        return;
      }
      if (!(await this.#pass(direction, next.bytes, to))) return;
      onTheWayBytes -= next.bytes.length;
      if (onTheWayBytes < onTheWayBytesMax) from.resume();
    }
  }

  /** Returns whether the connection carries on. */
  async #pass(direction: Direction, bytes: Buffer, to: net.Socket): Promise<boolean> {
    for (let at = 0; at < bytes.length;) {
      const road = this.#shared.road(direction);
      const done = direction === 'up' ? this.upBytes : this.downBytes;
      const room = Math.min((road.limitBytes ?? Infinity) - done, this.#shared.roomInTotal(direction));
      if (room <= 0) {
        await this.#endRoad(road.end ?? 'fin', to);
        return false;
      }
      const tickBytes = road.bytesPerSecond
        ? Math.max(1, Math.floor((road.bytesPerSecond * tickMs) / 1000))
        : Infinity;
      const slice = bytes.subarray(
        at,
        at + Math.min(room, tickBytes, road.sliceBytes ?? Infinity, bytes.length),
      );
      if (to.destroyed) return false;
      at += slice.length;
      if (direction === 'up') this.upBytes += slice.length;
      else this.downBytes += slice.length;
      this.#shared.onPassed(this.number, direction, slice.length);
      if (!to.write(slice)) await drained(to);
      if (road.bytesPerSecond) await sleep((slice.length / road.bytesPerSecond) * 1000);
      if (road.sliceBytes !== undefined) await sleep(road.sliceEveryMs ?? 0);
    }
    const road = this.#shared.road(direction);
    const done = direction === 'up' ? this.upBytes : this.downBytes;
    if (done < (road.limitBytes ?? Infinity) && this.#shared.roomInTotal(direction) > 0) return true;
    await this.#endRoad(road.end ?? 'fin', to);
    return false;
  }

  async #endRoad(how: 'fin' | 'reset' | 'stall', to: net.Socket): Promise<void> {
    if (how === 'stall') return;
    while (to.writableLength > 0 && !to.destroyed) await sleep(2);
    // A reset makes the receiver's kernel drop what its program has not read yet.
    if (how === 'reset') await sleep(30);
    this.#finish(how, how);
  }
}
