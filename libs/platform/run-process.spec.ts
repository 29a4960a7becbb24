import { afterEach, expect, it, vi } from 'vitest';
import { runProcess } from './run-process.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('says on stderr why a process cannot start, and ends with 1', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exits: number[] = [];
  const start = () => Promise.reject(new Error('Set DATABASE_URL.'));
  await runProcess('projector', start, (code) => exits.push(code));
  expect(exits).toEqual([1]);
  expect(written).toHaveBeenCalledWith('Set DATABASE_URL.\n');
});

it('hands over the settings, and runs on until a signal', async () => {
  const signals = vi.spyOn(process, 'on').mockReturnThis();
  const exits: number[] = [];
  await runProcess(
    'projector',
    ({ config, shutdown }) => {
      expect(config.shutdownTimeoutMs).toBeGreaterThan(0);
      shutdown.add('fold', () => {});
      return Promise.resolve();
    },
    (code) => exits.push(code),
  );
  expect(exits).toEqual([]);
  expect(signals.mock.calls.map(([name]) => name)).toEqual(
    expect.arrayContaining(['SIGINT', 'SIGTERM']),
  );
});
