import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localAddress } from '../../main/api/local-address.ts';
import { AddressTakenError, connectLocal, listenLocal } from '../../main/api/local-socket-carrier.io.ts';
import type { LocalListener } from '../../main/api/local-socket-carrier.io.ts';
import { createPortTransport } from '../../main/contract/index.ts';
import type { HostTable } from '../../main/contract/index.ts';
import { describeTransport } from '../contract/transport-conformance.ts';

let home = '';
const listeners: LocalListener[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'packmule-socket-'));
});

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  await rm(home, { recursive: true, force: true });
});

async function listen(table: HostTable = silent, address = localAddress(home)): Promise<LocalListener> {
  const listener = await listenLocal(address, table);
  listeners.push(listener);
  return listener;
}

const silent: HostTable = { handle: () => Promise.resolve('hello'), follow: () => () => undefined };

describeTransport('the local socket', async (table) => {
  const listener = await listen(table);
  return {
    open: () => connectLocal(localAddress(home)),
    cut: () => listener.close(),
    close: () => Promise.resolve(),
  };
});

describe('the address', () => {
  it('is a socket in the home directory', () => {
    expect(localAddress('/home/ann/.local/share/packmule', 'linux')).toBe(
      '/home/ann/.local/share/packmule/engine.sock',
    );
  });

  it('is short enough for a socket when the home directory is not', () => {
    const long = `/home/ann/${'deep/'.repeat(30)}`;
    const address = localAddress(long, 'linux');
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(100);
    expect(address).not.toBe(localAddress(`${long}other`, 'linux'));
    expect(address).toBe(localAddress(long, 'linux'));
  });

  it('counts bytes, not characters', () => {
    expect(localAddress(`/home/${'ä'.repeat(45)}`, 'linux').startsWith(tmpdir())).toBe(true);
  });

  it('is a pipe of its own on Windows, whatever the case of the path', () => {
    const address = localAddress('/C/Users/Ann', 'win32');
    expect(address).toMatch(/^\\\\\.\\pipe\\packmule-[0-9a-f]{24}$/);
    expect(localAddress('/c/users/ann', 'win32')).toBe(address);
  });

  it('works where it had to be shortened', async () => {
    const deep = join(home, 'd'.repeat(120));
    await listen(silent, localAddress(deep));
    const transport = createPortTransport(await connectLocal(localAddress(deep)));
    await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
    transport.close();
  });
});

describe('who may connect', () => {
  it('is decided by a socket 0600 in a directory 0700', async () => {
    chmodSync(home, 0o755);
    await listen();
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(localAddress(home)).mode & 0o777).toBe(0o600);
  });

  it.runIf(process.getuid?.() === 0)('refuses a directory that somebody else laid out', async () => {
    const theirs = join(home, 'theirs');
    spawnSync('install', ['-d', '-o', '65534', theirs]);
    await expect(listenLocal(join(theirs, 'engine.sock'), silent)).rejects.toThrow('belongs to another user');
    const link = join(home, 'link');
    symlinkSync(home, link);
    spawnSync('chown', ['-h', '65534', link]);
    await expect(listenLocal(join(link, 'engine.sock'), silent)).rejects.toThrow('belongs to another user');
  });
});

describe('a socket file that is already there', () => {
  it('is taken over when its owner is dead', async () => {
    const address = localAddress(home);
    const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script, address]);
    expect(existsSync(address)).toBe(true);
    await expect(connectLocal(address)).rejects.toMatchObject({ failure: { code: 'engine-stopped' } });
    await listen();
    const transport = createPortTransport(await connectLocal(address));
    await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
  });

  it('is left alone when somebody answers', async () => {
    await listen();
    await expect(listenLocal(localAddress(home), silent)).rejects.toThrow(AddressTakenError);
    const transport = createPortTransport(await connectLocal(localAddress(home)));
    await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
  });

  it('is left alone when it is not a socket', async () => {
    const address = localAddress(home);
    writeFileSync(address, 'precious');
    await expect(listenLocal(address, silent)).rejects.toThrow('is not a socket');
    expect(statSync(address).size).toBe(8);
  });

  it('is gone after closing', async () => {
    const listener = await listen();
    await listener.close();
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('the host', () => {
  it('counts its clients', async () => {
    const listener = await listen();
    const counts: number[] = [];
    listener.onClientsChanged((clients) => counts.push(clients));
    const first = await connectLocal(localAddress(home));
    const second = await connectLocal(localAddress(home));
    await vi.waitFor(() => expect(listener.clients()).toBe(2));
    first.close();
    await vi.waitFor(() => expect(listener.clients()).toBe(1));
    second.close();
    await vi.waitFor(() => expect(counts).toEqual([1, 2, 1, 0]));
  });

  it.each([
    ['a line without an end', Buffer.alloc(1024 * 1024 + 1, 'a')],
    ['what is not JSON', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a])],
    ['JSON that is no envelope', Buffer.from('[]\n')],
    ['a greeting without a version', Buffer.from('{"type":"hello"}\n')],
  ])('hangs up on %s, and serves the next', async (_name, bytes) => {
    await listen();
    const rude = connect(localAddress(home));
    rude.on('error', () => undefined);
    rude.resume();
    rude.write(bytes);
    await new Promise((closed) => rude.on('close', closed));
    const transport = createPortTransport(await connectLocal(localAddress(home)));
    await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
  });
});

it('hears of an engine that sends garbage as one that stopped', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.write('garbage\n');
  });
  const address = localAddress(home);
  await new Promise<void>((listening) => server.listen(address, listening));
  const transport = createPortTransport(await connectLocal(address));
  await expect(transport.ready).rejects.toMatchObject({ failure: { code: 'engine-stopped' } });
  sockets.forEach((socket) => socket.destroy());
  server.close();
});
