import { expect, it } from 'vitest';
import { METRIC_NAMES } from './metric-names.js';
import { Metrics } from './metrics.js';

it('shows every metric under its name, as OpenMetrics', async () => {
  const metrics = new Metrics();
  metrics.webhookRequests.inc({
    provider: 'mintcash',
    account: 'a',
    source: 's',
    outcome: 'accepted',
  });
  metrics.projectionLag.set({ partition: '3' }, 7);
  metrics.httpDuration.observe({ route: '/v1/orders', method: 'GET', code: '200' }, 0.003);
  const text = await metrics.text();
  expect(metrics.contentType).toContain('application/openmetrics-text');
  expect(text.trimEnd().endsWith('# EOF')).toBe(true);
  for (const name of Object.values(METRIC_NAMES)) {
    // OpenMetrics names a counter's family without its suffix.
    expect(text).toContain(`# TYPE ${name.replace(/_total$/, '')} `);
  }
  expect(text).toMatch(
    /^cuadre_webhook_requests_total\{provider="mintcash",account="a",source="s",outcome="accepted"\} 1/m,
  );
  expect(text).toMatch(/^cuadre_projection_lag_records\{partition="3"\} 7/m);
  expect(text).toMatch(/^http_server_request_duration_seconds_bucket\{le="0.005",.*\} 1/m);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});
