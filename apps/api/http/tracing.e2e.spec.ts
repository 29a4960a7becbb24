import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';

type Processors = NonNullable<
  NonNullable<ConstructorParameters<typeof NodeSDK>[0]>['spanProcessors']
>;
type EndedSpan = Parameters<Processors[number]['onEnd']>[0];

const CALLERS_TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${CALLERS_TRACE}-b7ad6b7169203331-01`;

const ended: EndedSpan[] = [];
const sdk = new NodeSDK({
  spanProcessors: [
    {
      onStart: () => {},
      onEnd: (span) => void ended.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
  metricReaders: [],
  logRecordProcessors: [],
  autoDetectResources: false,
});
let api: ApiUnderTest;

beforeAll(async () => {
  sdk.start();
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
  await sdk.shutdown();
});

describe('the span of a request', () => {
  it('is named by the route, and its trace is in the problem and in the log', async () => {
    const { body, spans } = await traced('/v1/orders/secret-id', {});
    const [span] = spans;
    const traceId = span?.spanContext().traceId;

    expect(span?.name).toBe('GET /v1/orders/{orderId}');
    expect(span?.attributes['http.response.status_code']).toBe(404);
    expect(JSON.stringify(span?.attributes)).not.toContain('secret-id');
    expect(body.traceId).toBe(traceId);
    expect(api.lines().at(-1)).toMatchObject({ traceId });
  });

  it('belongs to the trace of a caller who is known, and of nobody else', async () => {
    const known = await traced('/v1/orders/x', { traceparent });
    const stranger = await traced('/v1/orders/x', { traceparent, authorization: 'Bearer wrong' });

    expect(known.body.traceId).toBe(CALLERS_TRACE);
    expect(known.spans[0]?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(stranger.body.traceId).not.toBe(CALLERS_TRACE);
    expect(stranger.spans[0]?.parentSpanContext).toBeUndefined();
  });

  it('puts an exemplar on the duration', async () => {
    await traced('/v1/orders/x', { traceparent });
    const text = await (await fetch(`${api.url}/metrics`)).text();

    expect(text).toMatch(
      new RegExp(`http_server_request_duration_seconds_bucket.*trace_id="${CALLERS_TRACE}"`),
    );
  });
});

async function traced(
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ body: { traceId: string | null }; spans: readonly EndedSpan[] }> {
  ended.splice(0);
  const response = await fetch(`${api.url}${path}`, {
    headers: { authorization: `Bearer ${TOKENS.read}`, ...headers },
  });
  const body = (await response.json()) as { traceId: string | null };
  // The span ends once the answer is sent, which the client may notice earlier.
  await expect.poll(() => ended.length).toBeGreaterThan(0);
  return { body, spans: [...ended] };
}
