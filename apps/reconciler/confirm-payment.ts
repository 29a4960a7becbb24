import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventLog, LogUnavailable } from '#event-log/event-log.js';
import { encodeObservation } from '#events/envelope.js';
import { KeyRing } from '#events/sealing.js';
import { parseSubjectKey } from '#events/subject.js';
import { uuidV7 } from '#events/uuid.js';
import { ATTRIBUTES } from '#platform/attributes.js';
import { withRequestId } from '#platform/request-id.js';
import { currentTraceparent, inSpan, linkTo } from '#platform/tracing.js';
import { ProviderUnavailable, type LookupAnswer } from '#providers/provider.js';
import { LookupLeases, type LookupLease } from '#read-models/writes/lookup-leases.js';
import { LookupClients } from './lookup-clients.js';
import { observeLookup } from './observe-lookup.js';

/** Ask the provider for the truth about one payment, and put its answer on the log. */
export class ConfirmPayment extends Command<ConfirmPaymentResult> {
  constructor(
    readonly lease: LookupLease,
    /** How long a further attempt may be put off at most. */
    readonly backoffMsMax: number,
  ) {
    super();
  }
}

/**
 * `unavailable`: no answer from the provider, or none that the log took; it will be asked again. Of the
 * refusals only a 404 is an answer: no provider documents what it says of a malformed id, and a 400 that
 * is a fault of ours would clear every claim unseen.
 */
export type ConfirmPaymentResult =
  | { readonly outcome: 'found' | 'not_found' }
  | { readonly outcome: 'unavailable' | 'failed'; readonly error: unknown };

@CommandHandler(ConfirmPayment)
export class ConfirmPaymentHandler implements ICommandHandler<ConfirmPayment> {
  constructor(
    private readonly leases: LookupLeases,
    private readonly clients: LookupClients,
    private readonly log: EventLog,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ lease, backoffMsMax }: ConfirmPayment): Promise<ConfirmPaymentResult> {
    try {
      const requestId = uuidV7();
      const answer = await withRequestId(requestId, () => this.askAndAppend(lease, requestId));
      await this.leases.answered(lease);
      return { outcome: answer.found ? 'found' : 'not_found' };
    } catch (error) {
      const retryAfterMs = error instanceof ProviderUnavailable ? error.retryAfterMs : null;
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
      await this.leases.failed(lease, { reason, retryAfterMs, backoffMsMax });
      const isExpected = error instanceof ProviderUnavailable || error instanceof LogUnavailable;
      return { outcome: isExpected ? 'unavailable' : 'failed', error };
    }
  }

  private askAndAppend(lease: LookupLease, requestId: string): Promise<LookupAnswer> {
    const options = {
      kind: 'client',
      root: true,
      links: [linkTo(lease.claimTraceparent)],
      attributes: {
        [ATTRIBUTES.provider]: lease.provider,
        [ATTRIBUTES.account]: lease.account,
        [ATTRIBUTES.subject]: lease.subject,
        [ATTRIBUTES.requestId]: requestId,
        [ATTRIBUTES.attempt]: lease.attempts + 1,
      },
    } as const;
    return inSpan('lookup payment', options, async (span) => {
      const answer = await this.clients.of(lease.account).lookup(parseSubjectKey(lease.subject));
      span.setAttribute(ATTRIBUTES.outcome, answer.found ? 'found' : 'not_found');
      const [traceId] = answer.providerTraceIds;
      if (traceId !== undefined) span.setAttribute(ATTRIBUTES.providerTraceId, traceId);
      await inSpan(`send ${this.log.topic}`, { kind: 'producer' }, () => {
        const traceparent = currentTraceparent();
        const made = { nowMs: Date.now(), requestId, traceparent, keyRing: this.keyRing };
        return this.log.append([encodeObservation(observeLookup(lease, answer, made))]);
      });
      return answer;
    });
  }
}
