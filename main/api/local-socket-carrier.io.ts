/**
 * The carrier between programs of one user on one computer: a Unix domain socket, or a named pipe on Windows. Who may
 * connect is decided by the file system: the socket is 0600 in a directory 0700.
 */

import { chmod, lstat, mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { contractFailure, serveHost } from '../contract/index.ts';
import type { ClientPort, HostPort, HostTable } from '../contract/index.ts';
import { createSocketPort, lineBytesMaxFromClient, lineBytesMaxFromHost } from './socket-port.io.ts';

/** An engine that is alive answers at once; a stuck one must not hold a command line for ever. */
const connectMsMax = 5_000;

/** Somebody who answers has this address. */
export class AddressTakenError extends Error {
  constructor(address: string) {
    super(`Another engine answers at ${address}.`);
    this.name = 'AddressTakenError';
  }
}

export interface LocalListener {
  /** How many are connected now. */
  clients(): number;
  /** Called with the new number after each change. */
  onClientsChanged(listener: (clients: number) => void): void;
  /** Stops listening and hangs up on everybody. */
  close(): Promise<void>;
}

/**
 * Serves the table at the address. A socket file whose owner is dead is removed, and only after an attempt to connect
 * was refused. Throws `AddressTakenError` where somebody answers, and the system's error where listening is impossible.
 */
export async function listenLocal(address: string, table: HostTable): Promise<LocalListener> {
  const ports = new Set<HostPort>();
  const listeners: ((clients: number) => void)[] = [];
  const tell = (): void => listeners.forEach((listener) => listener(ports.size));

  const server = createServer((socket) => {
    const port: HostPort = createSocketPort(socket, lineBytesMaxFromClient);
    ports.add(port);
    port.onClose(() => {
      ports.delete(port);
      tell();
    });
    serveHost(port, table);
    tell();
  });

  const isFile = !isPipe(address);
  if (isFile) await makePrivateDirectory(dirname(address));
  try {
    await listen(server, address);
  } catch (error) {
    if (!isFile || codeOf(error) !== 'EADDRINUSE') throw error;
    await removeStaleSocket(address);
    await listen(server, address);
  }
  // Nobody else can reach it in the meantime: the directory is ours alone.
  if (isFile) await chmod(address, 0o600);

  return {
    clients: () => ports.size,
    onClientsChanged: (listener) => void listeners.push(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const port of [...ports]) port.close();
      }),
  };
}

/** Connects to a listening engine. Rejects with `engine-stopped` where nobody listens. */
export async function connectLocal(address: string): Promise<ClientPort> {
  try {
    return createSocketPort(await dial(address), lineBytesMaxFromHost);
  } catch (error) {
    throw contractFailure('engine-stopped', { detail: codeOf(error) ?? 'no answer' });
  }
}

function isPipe(address: string): boolean {
  return address.startsWith('\\\\.\\pipe\\');
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function dial(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), connectMsMax);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** Refuses a directory that another user could have laid out for us, as anybody can below the temporary directory. */
async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const uid = process.getuid?.();
  const entries = [await lstat(path), await stat(path)];
  if (uid !== undefined && entries.some((entry) => entry.uid !== uid)) {
    throw new Error(`${path} belongs to another user.`);
  }
  if (entries.some((entry) => entry.isDirectory() && (entry.mode & 0o077) !== 0)) await chmod(path, 0o700);
}

async function removeStaleSocket(address: string): Promise<void> {
  if (!(await lstat(address)).isSocket()) throw new Error(`${address} exists and is not a socket.`);
  try {
    (await dial(address)).destroy();
  } catch (error) {
    if (codeOf(error) !== 'ECONNREFUSED') throw error;
    return rm(address, { force: true });
  }
  throw new AddressTakenError(address);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
