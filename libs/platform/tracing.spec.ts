import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { withRequestId } from './request-id.js';
import { currentTraceparent, inBatchSpan, inSpan, linkTo, parseTraceparent } from './tracing.js';

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

beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());
beforeEach(() => void ended.splice(0));

const REMOTE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a span', () => {
  it('is the parent of the spans that its work makes, across awaits', async () => {
    await inSpan('outer', { kind: 'server' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await inSpan('inner', {}, () => 1);
    });
    const [inner, outer] = ended;
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it('of a batch links to every record, however many there are', async () => {
    const hop = (n: number) => `00-${String(n).padStart(32, '0')}-b7ad6b7169203331-01`;
    const links = Array.from({ length: 300 }, (_, n) => linkTo(hop(n + 1)));
    await inBatchSpan('process log', { kind: 'consumer', links }, () => 1);
    const linked = ended.flatMap((span) => span.links.map((link) => link.context.traceId));
    expect(new Set(linked).size).toBe(300);
    const [batch] = ended.slice(-1);
    for (const rest of ended.slice(0, -1)) {
      expect(rest.parentSpanContext?.spanId).toBe(batch?.spanContext().spanId);
    }
  });

  it('starts a trace of its own when asked, and links to what it was told', async () => {
    await inSpan('outer', {}, () =>
      inSpan('apart', { root: true, links: [linkTo(REMOTE), linkTo(null)] }, () => {}),
    );
    const [apart, outer] = ended;
    expect(apart?.spanContext().traceId).not.toBe(outer?.spanContext().traceId);
    expect(apart?.links.map((link) => link.context.traceId)).toEqual([
      '0af7651916cd43dd8448eb211c80319c',
    ]);
  });

  it('records an error by its class, without its message, and throws it on', async () => {
    const fails = inSpan('fails', {}, () => {
      throw new RangeError('card 4111111111111111');
    });
    await expect(fails).rejects.toThrow(RangeError);
    expect(ended[0]?.status.code).toBe(2);
    expect(ended[0]?.events[0]?.attributes?.['exception.type']).toBe('RangeError');
    expect(JSON.stringify(ended[0]?.events)).not.toContain('4111');
  });
});

describe('traceparent', () => {
  it('survives the way through a header', async () => {
    const text = await inSpan('hop', {}, () => currentTraceparent());
    const found = parseTraceparent(text ?? '');
    expect(found?.traceId).toBe(ended[0]?.spanContext().traceId);
    expect(found?.spanId).toBe(ended[0]?.spanContext().spanId);
  });

  it('is null outside of a span', () => {
    expect(currentTraceparent()).toBeNull();
  });

  it.each([
    ['', 'nothing'],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', 'a zero trace id'],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', 'a zero span id'],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'the forbidden version'],
    [`${REMOTE}-more`, 'a version 00 with more fields'],
    [REMOTE.toUpperCase(), 'capitals'],
  ])('refuses %s: %s', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('reads a later version by the fields that it knows', () => {
    expect(parseTraceparent(`01${REMOTE.slice(2)}-more`)?.spanId).toBe('b7ad6b7169203331');
  });
});

describe('what is written inside a span', () => {
  it('is a log line with the ids of the trace and the request', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      { logging: { level: 'info', isPretty: false } },
      { stream: { write: (line) => void lines.push(line) } },
    );
    await withRequestId('req-1', () => inSpan('work', {}, () => logger.info('hello')));
    const context = ended[0]?.spanContext();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'hello',
      requestId: 'req-1',
      trace_id: context?.traceId,
      span_id: context?.spanId,
    });
  });

  it('is a histogram sample with an exemplar of the trace', async () => {
    const metrics = new Metrics();
    await inSpan('work', {}, () => metrics.webhookAck.observe({ provider: 'cobru' }, 0.02));
    const traceId = ended[0]?.spanContext().traceId;
    expect(await metrics.text()).toContain(`trace_id="${traceId}"`);
  });
});
