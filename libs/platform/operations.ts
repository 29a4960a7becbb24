import type { HealthRegistry } from './health.js';
import type { Metrics } from './metrics.js';

export type OperationsAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

/**
 * What every process answers about itself, for any HTTP server: `/healthz` (the process), `/readyz` (what
 * it stands on), `/metrics`. Null for any other path.
 */
export async function answerOperations(
  path: string,
  { health, metrics }: { readonly health: HealthRegistry; readonly metrics: Metrics },
): Promise<OperationsAnswer | null> {
  if (path === '/metrics') {
    return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
  }
  if (path !== '/healthz' && path !== '/readyz') return null;
  const report = await health.check(path === '/healthz' ? 'liveness' : 'readiness');
  return {
    status: report.status === 'ok' ? 200 : 503,
    contentType: 'application/json',
    body: JSON.stringify(report),
  };
}
