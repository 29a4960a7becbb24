import { LogUnavailable, type EventLog } from '#event-log/event-log.js';
import { encodeObservation } from '#events/envelope.js';
import type { Verification } from '#events/observation.js';
import { positionAfter } from '#events/position.js';
import { bodyDigest, type KeyRing } from '#events/sealing.js';
import { uuidV7 } from '#events/uuid.js';
import { ATTRIBUTES } from '#platform/attributes.js';
import type { Logger } from '#platform/logger.js';
import { currentTraceparent, failSpan, startSpan, withSpan } from '#platform/tracing.js';
import type { Extraction } from '#providers/provider.js';
import {
  checkCredential,
  checkSignature,
  isUndecided,
  type RequestHeaders,
  type VerificationCheck,
} from '#providers/verification.js';
import type { RefusedDelivery } from '#read-models/writes/refused-deliveries.js';
import type { Admission } from './admission.js';
import type { IngestMetrics, WebhookOutcome } from './ingest-metrics.js';
import { observeDelivery } from './observe-delivery.js';
import type { SourceDirectory, SourceEdge } from './source-directory.js';
import {
  acceptedAnswer,
  ignoredAnswer,
  refusalAnswer,
  type RefusalCode,
  type WebhookAnswer,
} from './webhook-answer.js';
import { parseWebhookQuery, withoutCredential } from './webhook-query.js';
import { describeSend, endRequestSpan, joinSenderTrace, startRequestSpan } from './webhook-span.js';

export type AcceptPorts = {
  readonly sources: SourceDirectory;
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  /** Takes what was refused for its authenticity; must not wait and must not throw. */
  readonly onRefused: (refused: RefusedDelivery) => void;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly bodyLimitBytes: number;
};

/** A webhook request without its body. */
export type WebhookHead = {
  /** The path's `{source}`. */
  readonly source: string;
  /** What follows the `?`, as sent; empty where nothing does. */
  readonly query: string;
  readonly headers: RequestHeaders;
};

const UNREADABLE_VALUE = Buffer.from('{"body":null,"query":{}}');

/**
 * The edge: from a request to a durable observation and its answer. In two steps, because most of what
 * can be refused is refused before the body is read:
 *
 * `admit`: route, URL or header credential, rate limit, size, content encoding; then `accept`: signature,
 * environment, extraction, seal, append. Knows no HTTP server, so that benches and specs can drive it.
 */
export class AcceptDelivery {
  constructor(private readonly ports: AcceptPorts) {}

  get bodyLimitBytes(): number {
    return this.ports.bodyLimitBytes;
  }

  admit(head: WebhookHead): { readonly admission: Admission } | { readonly answer: WebhookAnswer } {
    const { sources, nowMs } = this.ports;
    const startedAtMs = performance.now();
    const receivedAtMs = nowMs();
    const requestId = uuidV7(receivedAtMs);
    const edge = sources.find(head.source);
    if (edge === null) {
      this.ports.metrics.countUnknownSource(performance.now() - startedAtMs);
      return { answer: refusalAnswer('unknown-source', { requestId }) };
    }
    const query = parseWebhookQuery(head.query);
    const credential = checkCredential(edge.source, {
      headers: head.headers,
      query: query.first,
      account: edge.account.id,
      receivedAtMs,
    });
    const admission: Admission = {
      edge,
      requestId,
      receivedAtMs,
      startedAtMs,
      query,
      headers: head.headers,
      credential,
      span: startRequestSpan(),
    };
    const answer = this.refuseUnread(admission);
    return answer === null ? { admission } : { answer };
  }

  /** The body grew past the limit while it was read. */
  refuseTooLarge(admission: Admission): WebhookAnswer {
    return this.refuse(admission, 'body-too-large', { outcome: 'too_large' });
  }

  /** The body was so slow that others needed the memory which it held. */
  refuseTooSlow(admission: Admission): WebhookAnswer {
    return this.refuse(admission, 'request-timeout', { outcome: 'too_slow' });
  }

  /** The body came in crumbs, each of which costs as much as a whole one. */
  refuseTooFragmented(admission: Admission): WebhookAnswer {
    return this.refuse(admission, 'malformed-request', { outcome: 'too_fragmented' });
  }

  /** The sender went away before its body was whole: there is nobody to answer. */
  abandon(admission: Admission): void {
    this.finish(admission, { outcome: 'aborted', status: 499 });
  }

  async accept(admission: Admission, body: Buffer): Promise<WebhookAnswer> {
    const check = this.verify(admission, body);
    joinSenderTrace(admission, check);
    if (check.isRefused) return this.refuseForged(admission, check, body);
    const waitMs = this.takeDecided(admission, check);
    if (waitMs !== null) return this.refuseRate(admission, waitMs);
    if (check.reason !== null) this.ports.metrics.countUnproven(admission.edge, check);
    const extraction = this.extract(admission, check.signedBytes ?? body);
    if (isOtherEnvironment(admission.edge, extraction)) {
      return this.refuseEnvironment(admission, body);
    }
    try {
      const position = await this.append(admission, body, {
        verification: check.verification,
        extraction,
      });
      const outcome = acceptedOutcome(extraction, check.verification);
      this.finish(admission, { outcome, status: 200 });
      return acceptedAnswer({ requestId: admission.requestId, position });
    } catch (error) {
      return this.refuseUnavailable(admission, error);
    }
  }

  private refuseUnread(admission: Admission): WebhookAnswer | null {
    const { edge, headers, credential, receivedAtMs } = admission;
    if (credential.isRefused) return this.refuseForged(admission, credential, null);
    const { verified, unverified } = edge.buckets;
    // A signature that is still to be checked takes no token yet, or a forger could use them up.
    const waitMs = isUndecided(edge.source, credential)
      ? verified.waitMs(receivedAtMs)
      : credential.verification.verdict === 'verified'
        ? verified.take(receivedAtMs)
        : unverified.take(receivedAtMs);
    if (waitMs !== null) return this.refuseRate(admission, waitMs);
    if (Number(headers['content-length'] ?? 0) > this.ports.bodyLimitBytes) {
      return this.refuseTooLarge(admission);
    }
    const encoding = headers['content-encoding'];
    // Whoever may never send again is not refused: what cannot be read is kept as it came.
    if (edge.source.verification.mode === 'url') return null;
    if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
      return this.refuse(admission, 'unsupported-encoding', { outcome: 'unsupported_encoding' });
    }
    return null;
  }

  private verify(admission: Admission, body: Buffer): VerificationCheck {
    const { edge, headers, credential } = admission;
    if (!isUndecided(edge.source, credential)) return credential;
    const span = withSpan(admission.span, () => startSpan('verify webhook'));
    const check = checkSignature(edge.source, { headers, body, credential });
    if (span.isRecording()) {
      span.setAttribute(ATTRIBUTES.signatureResult, check.reason ?? check.verification.verdict);
      span.setAttribute(ATTRIBUTES.signatureKeyId, check.verification.keyId ?? '');
    }
    span.end();
    return check;
  }

  private takeDecided(
    { edge, receivedAtMs, credential }: Admission,
    { verification }: VerificationCheck,
  ): number | null {
    if (!isUndecided(edge.source, credential)) return null;
    const { verified, unverified } = edge.buckets;
    return (verification.verdict === 'verified' ? verified : unverified).take(receivedAtMs);
  }

  /** A defect of an extraction must not cost the delivery: the bytes are kept, to be read again. */
  private extract({ edge, headers, query, requestId }: Admission, body: Buffer): Extraction {
    const contentType = headers['content-type'];
    try {
      const extraction = edge.provider.extractWebhook({
        account: edge.account,
        route: edge.source.name,
        body,
        contentType: typeof contentType === 'string' ? contentType : null,
        query: withoutCredential(query, edge.source.verification),
      });
      // A sender who knows a secret of ours may put it where a fact is expected.
      const facts = unescaped(extraction.value);
      return edge.secrets.some((secret) => facts.includes(secret))
        ? { readable: false, value: UNREADABLE_VALUE, reason: 'secret-among-facts' }
        : extraction;
    } catch (error) {
      this.ports.logger.error(
        { err: error, requestId, source: edge.source.name },
        'An extraction failed; the delivery is kept unkeyed.',
      );
      return { readable: false, value: UNREADABLE_VALUE, reason: 'extraction-failed' };
    }
  }

  /** Seals and appends; answers the position token once the log holds the observation. */
  private async append(
    admission: Admission,
    body: Buffer,
    read: { readonly verification: Verification; readonly extraction: Extraction },
  ): Promise<string> {
    const { log, keyRing } = this.ports;
    const span = withSpan(admission.span, () =>
      startSpan(`send ${log.topic}`, { kind: 'producer' }),
    );
    try {
      const traceparent = span.isRecording() ? withSpan(span, currentTraceparent) : null;
      const observation = observeDelivery(admission, body, { ...read, traceparent, keyRing });
      describeSend(span, log, observation);
      const [position] = await log.append([encodeObservation(observation)]);
      if (position === undefined) throw new LogUnavailable('No position.', { retryAfterMs: 1_000 });
      return positionAfter(log, position);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  private refuseForged(
    admission: Admission,
    check: VerificationCheck,
    body: Buffer | null,
  ): WebhookAnswer {
    const { edge, receivedAtMs } = admission;
    this.ports.metrics.countUnproven(edge, check);
    // Forgeries have a budget of their own; past it they leave no trace but a count.
    const waitMs = edge.buckets.unverified.take(receivedAtMs);
    if (waitMs !== null) return this.refuseRate(admission, waitMs);
    this.recordRefused(admission, { reason: check.reason ?? 'not-authentic', body });
    return this.refuse(admission, 'bad-signature', { outcome: 'bad_signature' });
  }

  private refuseEnvironment(admission: Admission, body: Buffer): WebhookAnswer {
    const { edge, requestId } = admission;
    this.recordRefused(admission, { reason: 'wrong-environment', body });
    const isQuiet = edge.source.wrongEnvironmentStatus === 200;
    if (!isQuiet) return this.refuse(admission, 'wrong-environment', { outcome: 'wrong_env' });
    this.finish(admission, { outcome: 'wrong_env', status: 200 });
    return ignoredAnswer({ requestId, reason: 'wrong-environment' });
  }

  private refuseRate(admission: Admission, waitMs: number): WebhookAnswer {
    const refusal = { outcome: 'rate_limited', retryAfterMs: waitMs } as const;
    return this.refuse(admission, 'rate-limited', refusal);
  }

  private refuseUnavailable(admission: Admission, error: unknown): WebhookAnswer {
    const { edge, requestId, span } = admission;
    failSpan(span, error);
    withSpan(span, () =>
      this.ports.logger.error(
        { err: error, requestId, source: edge.source.name },
        'A delivery was not made durable and is answered 503.',
      ),
    );
    const retryAfterMs = error instanceof LogUnavailable ? error.retryAfterMs : 1_000;
    return this.refuse(admission, 'log-unavailable', { outcome: 'server_error', retryAfterMs });
  }

  private recordRefused(
    { edge, requestId, receivedAtMs, headers, span }: Admission,
    { reason, body }: { readonly reason: string; readonly body: Buffer | null },
  ): void {
    const source = edge.source.name;
    this.ports.onRefused({
      id: uuidV7(receivedAtMs),
      source,
      reason,
      bodyDigest: body === null ? null : bodyDigest(body, this.ports.keyRing.digestKey),
      bodyBytes: body?.length ?? claimedBytes(headers),
      requestId,
      refusedAtMs: receivedAtMs,
    });
    withSpan(span, () =>
      this.ports.logger.warn({ requestId, source, reason }, 'A delivery was refused.'),
    );
  }

  private refuse(
    admission: Admission,
    code: RefusalCode,
    { outcome, retryAfterMs }: { readonly outcome: WebhookOutcome; readonly retryAfterMs?: number },
  ): WebhookAnswer {
    const { requestId } = admission;
    const answer = refusalAnswer(code, {
      requestId,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    this.finish(admission, { outcome, status: answer.status });
    return answer;
  }

  private finish(
    admission: Admission,
    { outcome, status }: { readonly outcome: WebhookOutcome; readonly status: number },
  ): void {
    const { edge, startedAtMs, span } = admission;
    const durationMs = performance.now() - startedAtMs;
    this.ports.metrics.countRequest(edge, { outcome, status, durationMs, span });
    endRequestSpan(admission, { outcome, status });
  }
}

/** The text of the facts without JSON escapes, in which a secret could hide. */
function unescaped(value: Buffer): string {
  const text = value.toString('utf8');
  return text.includes('\\') ? JSON.stringify(JSON.parse(text)) : text;
}

function isOtherEnvironment({ account }: SourceEdge, extraction: Extraction): boolean {
  if (!extraction.readable || extraction.environment === null) return false;
  return extraction.environment !== account.environment;
}

function acceptedOutcome(extraction: Extraction, { verdict }: Verification): WebhookOutcome {
  if (!extraction.readable) return 'malformed';
  return verdict === 'verified' ? 'accepted' : 'unverified';
}

function claimedBytes(headers: RequestHeaders): number {
  const claimed = Number(headers['content-length']);
  return Number.isSafeInteger(claimed) && claimed > 0 ? Math.min(claimed, 2 ** 31 - 1) : 0;
}
