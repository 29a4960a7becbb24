import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.js';

export type Telemetry = { shutdown(): Promise<void> };

const EXPORT_TIMEOUT_MS = 5000;
const SHUTDOWN_TIMEOUT_MS = 3000;

/**
 * Exports spans by OTLP (protobuf over HTTP) where an endpoint is set, else does nothing. The SDK is loaded
 * only then: it costs more than half a second of start. The span processor's queue is bounded (2,048 spans,
 * `OTEL_BSP_MAX_QUEUE_SIZE`) and drops, so that a collector that is down or slow never reaches the work.
 */
export async function startTelemetry(
  config: Pick<Config, 'telemetry' | 'environment'>,
  serviceName: string,
): Promise<Telemetry> {
  const { endpoint } = config.telemetry;
  if (endpoint === null) return { shutdown: async () => {} };
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ]);
  const attributes = {
    'service.instance.id': randomUUID(),
    'deployment.environment.name': config.environment,
  };
  const sdk = new NodeSDK({
    serviceName: config.telemetry.serviceName ?? serviceName,
    // Not the default detectors: they send the command line, which may hold a secret.
    resourceDetectors: [{ detect: () => ({ attributes }) }],
    traceExporter: new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    }),
    // Left out, each would be an exporter by default; metrics go by Prometheus, logs by stdout.
    metricReaders: [],
    logRecordProcessors: [],
    // Contexts travel by our own headers; baggage from outside is dropped.
    textMapPropagator: null,
  });
  sdk.start();
  return { shutdown: () => shutdownWithin(sdk.shutdown(), SHUTDOWN_TIMEOUT_MS) };
}

/** The last spans are not worth a failed or a hanging stop. */
async function shutdownWithin(shutdown: Promise<void>, timeoutMs: number): Promise<void> {
  const isOver = new AbortController();
  await Promise.race([
    shutdown.catch(() => {}),
    sleep(timeoutMs, undefined, { signal: isOver.signal }).catch(() => {}),
  ]);
  isOver.abort();
}
