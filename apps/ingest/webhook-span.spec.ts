import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailable } from '#event-log/event-log.js';
import {
  COBRU_BODY,
  mintcashEvent,
  sign,
  URL_SECRET,
  WebhookEdge,
} from '../../test/harness/webhook-edge.js';

const SENDER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

type Processors = NonNullable<
  NonNullable<ConstructorParameters<typeof NodeSDK>[0]>['spanProcessors']
>;
type EndedSpan = Parameters<Processors[number]['onEnd']>[0];

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
let edge: WebhookEdge;

beforeAll(() => sdk.start());

afterAll(() => sdk.shutdown());

beforeEach(async () => {
  ended.splice(0);
  edge = await WebhookEdge.open();
});

afterEach(() => edge.close());

function spanOf(name: string): EndedSpan {
  const found = ended.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  const [span] = found;
  if (span === undefined) throw new Error(`No span ${name}.`);
  return span;
}

describe('the trace of a webhook', () => {
  it('goes from the request over the verification to the record, whose hop it names', async () => {
    const body = mintcashEvent();
    const { json } = await edge.post('mint', body, { ...sign(body), traceparent: SENDER });
    const request = spanOf('POST /webhooks/{source}');
    const [verify, send] = [spanOf('verify webhook'), spanOf('send observations')];
    expect(request.kind).toBe(SpanKind.SERVER);
    expect(send.kind).toBe(SpanKind.PRODUCER);
    for (const child of [verify, send]) {
      expect(child.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    }
    expect(request.attributes).toMatchObject({
      'http.route': '/webhooks/{source}',
      'http.response.status_code': 200,
      'cuadre.request.id': json['requestId'],
      'cuadre.outcome': 'accepted',
    });
    const { traceId, spanId } = send.spanContext();
    expect((await edge.onlyObservation()).traceparent).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('is never chosen by the sender, but linked to it once it is proven', async () => {
    const body = mintcashEvent();
    await edge.post('mint', body, { ...sign(body), traceparent: SENDER });
    const request = spanOf('POST /webhooks/{source}');
    expect(request.parentSpanContext).toBeUndefined();
    expect(request.spanContext().traceId).not.toBe(SENDER.split('-')[1]);
    expect(request.links.map(({ context }) => context.traceId)).toEqual([SENDER.split('-')[1]]);
  });

  it('of a sender that proved nothing has the claimed trace as a mere attribute', async () => {
    await edge.post('cobru', COBRU_BODY, { traceparent: SENDER });
    const request = spanOf('POST /webhooks/{source}');
    expect(request.links).toEqual([]);
    expect(request.attributes).toMatchObject({ 'cuadre.sender.traceparent': SENDER });
  });

  it('fails where the log does not take the record, and not where the sender is wrong', async () => {
    await edge.post('mint', mintcashEvent());
    expect(spanOf('POST /webhooks/{source}').status.code).toBe(SpanStatusCode.UNSET);
    ended.splice(0);
    edge.log.append = () => Promise.reject(new LogUnavailable('Late.', { retryAfterMs: 1 }));
    await edge.post(`cobru?t=${URL_SECRET}`, COBRU_BODY);
    expect(spanOf('POST /webhooks/{source}').status.code).toBe(SpanStatusCode.ERROR);
    expect(spanOf('send observations').attributes).toMatchObject({
      'error.type': 'LogUnavailable',
    });
  });

  it('holds no secret and no personal data', async () => {
    await edge.post(`cobru?ref=ORD-1&t=${URL_SECRET}`, '{"payer_name":"Maria Canaria"}', {
      traceparent: `Maria Canaria`,
      'x-request-id': 'Maria Canaria',
    });
    const text = JSON.stringify(
      ended.map(({ name, attributes, events, links }) => [name, attributes, events, links]),
    );
    expect(text).toContain('cobru');
    expect(text).not.toContain('Maria');
    expect(text).not.toContain(URL_SECRET);
  });
});
