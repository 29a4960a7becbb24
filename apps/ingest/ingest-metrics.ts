import type { Span } from '@opentelemetry/api';
import type { Metrics } from '#platform/metrics.js';
import { withSpan } from '#platform/tracing.js';
import type { VerificationCheck } from '#providers/verification.js';
import type { SourceEdge } from './source-directory.js';

/**
 * What became of a delivery, as a metric label. `accepted` proved itself, `unverified` did not and is
 * kept as a claim, `malformed` could not be read and is kept without a subject.
 */
export type WebhookOutcome =
  | 'accepted'
  | 'unverified'
  | 'malformed'
  | 'bad_signature'
  | 'wrong_env'
  | 'rate_limited'
  | 'too_large'
  | 'unsupported_encoding'
  | 'unknown_source'
  | 'aborted'
  | 'too_slow'
  | 'too_fragmented'
  | 'server_error';

export class IngestMetrics {
  constructor(private readonly metrics: Metrics) {}

  countRequest(
    { account, source }: SourceEdge,
    request: {
      readonly outcome: WebhookOutcome;
      readonly status: number;
      readonly durationMs: number;
      readonly span: Span;
    },
  ): void {
    const { outcome, status, durationMs, span } = request;
    const { webhookRequests, webhookAck } = this.metrics;
    webhookRequests.inc({
      provider: account.provider,
      account: account.id,
      source: source.name,
      outcome,
    });
    const observe = (): void => {
      webhookAck.observe({ provider: account.provider }, durationMs / 1_000);
      this.observeHttp(status, durationMs);
    };
    // Exemplars take the trace's id from the current span.
    if (span.isRecording()) withSpan(span, observe);
    else observe();
  }

  /** A delivery that did not prove itself, refused or kept as a claim, by why it did not. */
  countUnproven({ account, source }: SourceEdge, { reason, isRefused }: VerificationCheck): void {
    this.metrics.webhookUnproven.inc({
      provider: account.provider,
      account: account.id,
      source: source.name,
      reason: reason ?? 'not-authentic',
      action: isRefused ? 'refused' : 'kept',
    });
  }

  /** The name in the path is the caller's and no label. */
  countUnknownSource(durationMs: number): void {
    const labels = { provider: 'none', account: 'none', source: 'none', outcome: 'unknown_source' };
    this.metrics.webhookRequests.inc(labels);
    this.observeHttp(404, durationMs);
  }

  private observeHttp(status: number, durationMs: number): void {
    const labels = { route: '/webhooks/{source}', method: 'POST', code: String(status) };
    this.metrics.httpDuration.observe(labels, durationMs / 1_000);
  }
}
