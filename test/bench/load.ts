import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load-run.js';

export type LoadGenerator = {
  /** One run at a time. */
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): void;
};

/** Starts the process that sends; it signs `requests` different ones of a delivery beforehand. */
export async function startLoadGenerator(requests: number): Promise<LoadGenerator> {
  const file = fileURLToPath(new URL('./load-process.js', import.meta.url));
  const child = fork(file, [String(requests)], { execArgv: [] });
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: string | null): void =>
        reject(new Error(`The load generator ended by ${signal ?? `code ${code}`}.`));
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message);
      });
    });
  await answer();
  return {
    run: async (order) => {
      child.send(order);
      return (await answer()) as LoadResult;
    },
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}
