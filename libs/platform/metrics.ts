import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';
import { METRIC_NAMES } from './metric-names.js';
import { currentSpanContext } from './tracing.js';

/**
 * The metrics of one process. Labels are few and bounded: never an order, a payment or an event id.
 * One instance for each process; several roles in one process share it.
 */
export class Metrics {
  readonly #registry = openMetricsRegistry();

  readonly httpDuration = this.#distribution({
    name: METRIC_NAMES.httpDuration,
    help: 'Duration of HTTP requests, by route template.',
    labels: ['route', 'method', 'code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  });
  readonly webhookRequests = this.#counter({
    name: METRIC_NAMES.webhookRequests,
    help: 'Webhook deliveries, by what became of them.',
    labels: ['provider', 'account', 'source', 'outcome'],
  });
  readonly webhookUnproven = this.#counter({
    name: METRIC_NAMES.webhookUnproven,
    help: 'Webhook deliveries that did not prove themselves, by why, refused or kept.',
    labels: ['provider', 'account', 'source', 'reason', 'action'],
  });
  readonly webhookAck = this.#distribution({
    name: METRIC_NAMES.webhookAck,
    help: 'Time until a webhook was answered.',
    labels: ['provider'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
  });
  readonly dedupe = this.#counter({
    name: METRIC_NAMES.dedupe,
    help: 'Interpreted events by dedupe result: first, duplicate or conflict.',
    labels: ['provider', 'result'],
  });
  readonly projectionLag = this.#gauge({
    name: METRIC_NAMES.projectionLag,
    help: 'Records of the log that are not folded yet.',
    labels: ['partition'],
  });
  readonly projectionBatch = this.#distribution({
    name: METRIC_NAMES.projectionBatch,
    help: 'Duration of one batch transaction.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  readonly projectionEvents = this.#counter({
    name: METRIC_NAMES.projectionEvents,
    help: 'Records folded.',
    labels: [],
  });
  readonly fenced = this.#counter({
    name: METRIC_NAMES.fenced,
    help: 'Batches refused because another owner had moved the checkpoint.',
    labels: [],
  });
  readonly positionsLost = this.#gauge({
    name: METRIC_NAMES.positionsLost,
    help: 'Partitions whose next position the log does not hold: any is an alarm.',
    labels: [],
  });
  readonly parkedSubjects = this.#gauge({
    name: METRIC_NAMES.parkedSubjects,
    help: 'Subjects that are parked.',
    labels: [],
  });
  readonly ledgerHeads = this.#counter({
    name: METRIC_NAMES.ledgerHeads,
    help: 'Heads of the books by result: signed, failed (and tried again), or backward (not signed).',
    labels: ['result'],
  });
  readonly outboxOldest = this.#gauge({
    name: METRIC_NAMES.outboxOldest,
    help: 'Age of the oldest row that waits in the outbox.',
    labels: [],
  });
  readonly lookups = this.#counter({
    name: METRIC_NAMES.lookups,
    help: 'Lookups at providers, by outcome.',
    labels: ['provider', 'outcome'],
  });
  readonly lookupsDue = this.#gauge({
    name: METRIC_NAMES.lookupsDue,
    help: 'Lookups that are due.',
    labels: [],
  });
  readonly ignoredEvents = this.#counter({
    name: METRIC_NAMES.ignoredEvents,
    help: 'Observations kept without effect, by reason.',
    labels: ['provider', 'reason'],
  });
  readonly eventAge = this.#distribution({
    name: METRIC_NAMES.eventAge,
    help: 'Age of an event when it reached a stage: received, published or projected.',
    labels: ['stage'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86_400],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Content type of `text`: OpenMetrics, the only form that carries exemplars. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<L extends string>({ name, help, labels }: Definition<L>): Counter<L> {
    return new Counter({ name, help, labelNames: labels, registers: [this.#registry] });
  }

  #gauge<L extends string>({ name, help, labels }: Definition<L>): Gauge<L> {
    return new Gauge({ name, help, labelNames: labels, registers: [this.#registry] });
  }

  #distribution<L extends string>(
    definition: Definition<L> & { readonly buckets: readonly number[] },
  ): Distribution<L> {
    return new Distribution(
      new Histogram({
        name: definition.name,
        help: definition.help,
        labelNames: definition.labels,
        buckets: [...definition.buckets],
        enableExemplars: true,
        registers: [this.#registry],
      }),
    );
  }
}

/** A histogram whose samples carry the id of the trace that they were taken in. */
export class Distribution<L extends string> {
  readonly #histogram: Histogram;

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  /** In seconds where the metric's name ends so. */
  observe(labels: Readonly<Record<L, string>>, value: number): void {
    const span = currentSpanContext();
    const exemplarLabels: Record<string, string> =
      span === null ? {} : { trace_id: span.traceId, span_id: span.spanId };
    this.#histogram.observe({ labels, value, exemplarLabels });
  }
}

/** The content type has to be set first: a histogram with exemplars refuses any other registry. */
function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

type Definition<L extends string> = {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
};
