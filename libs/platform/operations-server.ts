import { createServer, type Server } from 'node:http';
import type { HealthRegistry } from './health.js';
import type { Metrics } from './metrics.js';
import { answerOperations } from './operations.js';

export type OperationsServer = { close(): Promise<void> };

/** Health and metrics for a process that serves nothing else over HTTP. */
export async function listenOperations(options: {
  readonly host: string;
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}): Promise<OperationsServer> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    answerOperations(path, options).then(
      (answer) => {
        response.writeHead(answer?.status ?? 404, {
          'content-type': answer?.contentType ?? 'text/plain',
        });
        response.end(answer?.body ?? '');
      },
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
