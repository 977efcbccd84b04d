/**
 * A line between clients and a server of this computer, in a process of its own, so that neither side's own work makes
 * it slower. Arguments: the server's port, bytes per second, milliseconds in each direction. Ends with its parent.
 */

import net from 'node:net';
import { greetedMs, Line, type LineMeasures } from './line.ts';

/** What may queue in front of a line: what a home router buffers. */
const queueMsMax = 60;
/** Bytes leave in portions: a portion arrives when its last byte does. */
const portionBytes = 8 * 1024;
/** What a receiver that does not read may leave lying (its TCP window). */
const unreadBytesMax = 4 * 1024 * 1024;

const [portText = '', rateText = '', delayText = ''] = process.argv.slice(2);
const measures: LineMeasures = { bytesPerSecond: Number(rateText), delayMs: Number(delayText) };
const up = new Line(measures);
const down = new Line(measures);

const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const server = net.connect({
    port: Number(portText),
    host: '127.0.0.1',
    allowHalfOpen: true,
    noDelay: true,
  });
  carry(up, client, server, greetedMs(performance.now(), measures));
  carry(down, server, client, 0);
});
listener.listen(0, '127.0.0.1', () => process.send?.({ port: (listener.address() as net.AddressInfo).port }));
process.once('disconnect', () => process.exit(0));

/** Takes bytes while the queue has room and hands them on when they are due, in order. */
function carry(line: Line, from: net.Socket, to: net.Socket, notBeforeMs: number): void {
  const underWay: { bytes: Buffer | null; dueMs: number }[] = [];
  let timer: NodeJS.Timeout | null = null;

  const deliver = () => {
    timer = null;
    while (underWay[0] !== undefined && underWay[0].dueMs <= performance.now()) {
      const { bytes } = underWay.shift()!;
      if (bytes === null) to.end();
      else if (!to.destroyed) to.write(bytes);
    }
    heed();
  };
  const heed = () => {
    const next = underWay[0];
    if (next !== undefined) timer ??= setTimeout(deliver, Math.max(0, next.dueMs - performance.now()));
    const full = line.queueMs(performance.now()) > queueMsMax || to.writableLength > unreadBytesMax;
    if (full) {
      from.pause();
      // With nothing under way nobody else comes by.
      if (next === undefined) timer ??= setTimeout(deliver, 1);
    } else if (from.isPaused()) from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    const atMs = Math.max(performance.now(), notBeforeMs);
    for (let at = 0; at < chunk.length; at += portionBytes) {
      const bytes = chunk.subarray(at, at + portionBytes);
      underWay.push({ bytes, dueMs: line.enter(atMs, bytes.length) });
    }
    heed();
  });
  from.once('end', () => {
    underWay.push({ bytes: null, dueMs: line.enter(Math.max(performance.now(), notBeforeMs), 0) });
    heed();
  });
  from.on('error', () => to.resetAndDestroy());
  from.once('close', () => {
    if (from.errored) to.destroy();
  });
}
