import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Shutdown } from './shutdown.js';

it('runs the steps in order, once, and exits with 0', async () => {
  const { shutdown, signals, exits } = prepare(1000);
  const done: string[] = [];
  shutdown.add('http', async () => {
    await sleep(20);
    done.push('http');
  });
  shutdown.add('database', () => void done.push('database'));
  signals.emit('SIGTERM');
  // The terminal and npm both pass a Ctrl-C on: the echo of a signal is not a second one.
  signals.emit('SIGTERM');
  await shutdown.run('asked again');
  expect(done).toEqual(['http', 'database']);
  expect(exits).toEqual([0]);
});

it('runs the later steps when one fails, and exits with 1', async () => {
  const { shutdown, signals, exits } = prepare(1000);
  const done: string[] = [];
  shutdown.add('http', () => Promise.reject(new Error('stuck')));
  shutdown.add('database', () => void done.push('database'));
  signals.emit('SIGINT');
  await shutdown.run('wait');
  expect(done).toEqual(['database']);
  expect(exits).toEqual([1]);
});

it('exits with 1 when a step does not end in time', async () => {
  const { shutdown, signals, exits } = prepare(30);
  shutdown.add('hangs', () => new Promise<void>(() => {}));
  signals.emit('SIGINT');
  await sleep(100);
  expect(exits).toEqual([1]);
});

it('exits at once at a second signal', async () => {
  const { shutdown, signals, exits } = prepare(60_000);
  shutdown.add('slow', () => sleep(1500));
  signals.emit('SIGINT');
  await sleep(1050);
  expect(exits).toEqual([]);
  signals.emit('SIGINT');
  expect(exits).toEqual([1]);
  await shutdown.run('wait');
});

function prepare(timeoutMs: number): Prepared {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const exit = (code: number): void => void exits.push(code);
  const shutdown = new Shutdown({ timeoutMs, logger, signals, exit });
  shutdown.listen();
  return { shutdown, signals, exits };
}

type Prepared = {
  readonly shutdown: Shutdown;
  readonly signals: EventEmitter;
  readonly exits: readonly number[];
};
