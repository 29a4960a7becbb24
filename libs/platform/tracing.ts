import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { SEMCONV } from './attributes.js';

export type SpanOptions = {
  /** Default `internal`. */
  readonly kind?: keyof typeof KINDS;
  readonly attributes?: Attributes;
  /** Where nothing links (null), nothing is linked: see `linkTo`. */
  readonly links?: readonly (Link | null)[];
  /** True starts a trace of its own: a sender from outside must not choose ours. */
  readonly root?: boolean;
};

/**
 * Runs `work` inside a span. An error is recorded, marks the span as failed and is thrown on. Without
 * telemetry this costs next to nothing.
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const span = startSpan(name, options);
  try {
    return await withSpan(span, () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** What a span takes by default; the SDK drops the links past it. */
const LINKS_PER_SPAN_MAX = 128;

/**
 * `inSpan` for a batch: links past what one span takes go onto child spans of the same name, so that every
 * record of the batch can be found from the hop that sent it.
 */
export function inBatchSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const links = (options.links ?? []).filter((link) => link !== null);
  const first = links.slice(0, LINKS_PER_SPAN_MAX);
  return inSpan(name, { ...options, links: first }, (span) => {
    for (let start = LINKS_PER_SPAN_MAX; start < links.length; start += LINKS_PER_SPAN_MAX) {
      const rest = links.slice(start, start + LINKS_PER_SPAN_MAX);
      startSpan(name, { kind: options.kind ?? 'internal', links: rest }).end();
    }
    return work(span);
  });
}

/** A span for code that cannot be wrapped, such as a pair of hooks. The caller ends it. */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const { kind = 'internal', root = false, attributes = NO_ATTRIBUTES, links = NO_LINKS } = options;
  return trace
    .getTracer('cuadre')
    .startSpan(
      name,
      { kind: KINDS[kind], root, attributes, links: links.filter((link) => link !== null) },
      root ? ROOT_CONTEXT : context.active(),
    );
}

const NO_ATTRIBUTES: Attributes = {};
const NO_LINKS: readonly Link[] = [];

/**
 * Runs `work` with this span as the current one, without ending it. Without telemetry nothing is bound:
 * no trace is there to be carried on.
 */
export function withSpan<T>(span: Span, work: () => T): T {
  if (!isSpanContextValid(span.spanContext())) return work();
  return context.with(trace.setSpan(context.active(), span), work);
}

/** Marks a span as failed: the error's class and where, never its message, which may quote a payload. */
export function failSpan(span: Span, error: unknown): void {
  const type = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? (error.stack ?? '').match(/^ {4}at .*$/gm) : null;
  span.addEvent('exception', {
    'exception.type': type,
    'exception.stacktrace': [type, ...(frames ?? [])].join('\n'),
  });
  span.setAttribute(SEMCONV.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** W3C `traceparent` of the current span, or null where nothing is traced. */
export function currentTraceparent(): string | null {
  const found = currentSpanContext();
  if (found === null) return null;
  const flags = found.traceFlags.toString(16).padStart(2, '0');
  return `00-${found.traceId}-${found.spanId}-${flags}`;
}

/** The current trace's id, for problem bodies and log lines. */
export function currentTraceId(): string | null {
  return currentSpanContext()?.traceId ?? null;
}

export function currentSpanContext(): SpanContext | null {
  const found = trace.getActiveSpan()?.spanContext();
  return found !== undefined && isSpanContextValid(found) ? found : null;
}

/** Reads a W3C `traceparent`; null where it is malformed or all zero. Later versions may have more fields. */
export function parseTraceparent(text: string): SpanContext | null {
  const match = TRACEPARENT.exec(text);
  if (match === null) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(found) ? found : null;
}

/** A link to the span that a `traceparent` names; null where it names none. */
export function linkTo(traceparent: string | null, attributes: Attributes = {}): Link | null {
  const found = traceparent === null ? null : parseTraceparent(traceparent);
  return found === null ? null : { context: found, attributes };
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
