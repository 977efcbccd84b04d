import { beforeEach, describe, expect, it, vi } from 'vitest';
import { spawnEngine } from '../../main/shell/engine-spawn.ts';
import { control, resetDouble } from '../support/electron-double.ts';

beforeEach(resetDouble);

describe('spawnEngine', () => {
  it('forks the module with its environment and passes messages', async () => {
    const child = spawnEngine('/app/engine-process.js', { PACKMULE_HOME: '/home' }, ['--word-for-v8']);
    expect(control.called('utilityProcess.fork')).toEqual([
      [
        '/app/engine-process.js',
        [],
        {
          env: { PACKMULE_HOME: '/home' },
          execArgv: ['--word-for-v8'],
          serviceName: 'Packmule engine',
          stdio: 'inherit',
        },
      ],
    ]);
    const [fork] = control.children;
    const heard: unknown[] = [];
    child.onMessage((message) => heard.push(message));
    fork?.emit('message', { type: 'ready' });
    child.send({ type: 'quit' });
    expect(heard).toEqual([{ type: 'ready' }]);
    expect(fork?.posted).toEqual([{ type: 'quit' }]);
    fork?.emit('exit', 7);
    child.send({ type: 'quit' });
    expect(fork?.posted).toHaveLength(1);
    expect(await new Promise((resolve) => child.onExit(resolve))).toBe(7);
  });
  it('survives a fatal error of the engine', () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    spawnEngine('/app/engine-process.js', {}, []);
    expect(() => control.children[0]?.emit('error', 'FatalError', 'v8', '{}')).not.toThrow();
    expect(said).toHaveBeenCalledWith('packmule: engine: FatalError in v8');
    said.mockRestore();
  });
});
