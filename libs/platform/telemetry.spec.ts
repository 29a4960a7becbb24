import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { startTelemetry } from './telemetry.js';
import { inSpan } from './tracing.js';

let collector: Server | null = null;

afterEach(() => {
  collector?.closeAllConnections();
  collector?.close();
  trace.disable();
});

describe('telemetry', () => {
  it('does nothing without an endpoint', async () => {
    const telemetry = await startTelemetry(configOf(null), 'spec');
    expect(await inSpan('unseen', {}, (span) => span.isRecording())).toBe(false);
    await telemetry.shutdown();
  });

  it('sends spans to the collector, with the service and the environment', async () => {
    const received: string[] = [];
    const endpoint = await listen((path, body) => void received.push(path, body));
    const telemetry = await startTelemetry(configOf(endpoint), 'ingest');
    await inSpan('POST /webhooks/{source}', { kind: 'server' }, () => {});
    await telemetry.shutdown();
    const text = received.join('');
    expect(received[0]).toBe('/v1/traces');
    expect(text).toContain('POST /webhooks/{source}');
    expect(text).toContain('ingest');
    expect(text).toContain('deployment.environment.name');
    expect(text).not.toContain('process.command');
  });

  it('works on, and stops in bounded time, when the collector is gone', async () => {
    const telemetry = await startTelemetry(configOf('http://127.0.0.1:9'), 'ingest');
    expect(await inSpan('work', {}, () => 42)).toBe(42);
    const startedMs = performance.now();
    await telemetry.shutdown();
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });
});

function configOf(endpoint: string | null): Parameters<typeof startTelemetry>[0] {
  return { telemetry: { endpoint, serviceName: null }, environment: 'test' };
}

async function listen(onRequest: (path: string, body: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      onRequest(request.url ?? '', Buffer.concat(chunks).toString('latin1'));
      response.end();
    });
  });
  collector = server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
