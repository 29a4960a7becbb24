import { parseTraceparent } from '#platform/tracing.js';
import type { DeliveryEntity } from '#read-models/entities/delivery.entity.js';
import type { ParkedSubjectEntity } from '#read-models/entities/parked-subject.entity.js';
import type { PaymentChangeEntity } from '#read-models/entities/payment-change.entity.js';
import type { PaymentEntity } from '#read-models/entities/payment.entity.js';
import type { TrailRows } from '#read-models/queries/trail-reader.js';
import { moneyOf } from '../order/money-resource.js';
import type {
  ChangeEntryResource,
  OriginalResource,
  ParkedEntryResource,
  ProviderBriefResource,
  RecordEntryResource,
  TimelineEntry,
} from './trail-resource.js';

/** Originals by observation id; null where they were not asked for. */
export type Originals = ReadonlyMap<string, OriginalResource> | null;

/**
 * One line of time through everything that concerns the payments. A change stands right behind the
 * record that caused it, since both have the log's time; what has no record here goes by its time.
 */
export function timelineOf(rows: TrailRows, originals: Originals): readonly TimelineEntry[] {
  const changes = Map.groupBy(changeEntries(rows), (change) => change.observationId);
  const caused = rows.deliveries.flatMap((delivery) => {
    const own = changes.get(delivery.observationId) ?? [];
    changes.delete(delivery.observationId);
    return [recordEntry(delivery, originals), ...own];
  });
  const others = [...[...changes.values()].flat(), ...rows.parked.map(parkedEntry)];
  // Stable, so that equal times keep the order above.
  return [...caused, ...others].sort((a, b) => compareText(a.at, b.at));
}

/** For each payment, what its provider's support can search for. */
export function providerBriefs({
  payments,
  deliveries,
}: TrailRows): readonly ProviderBriefResource[] {
  return payments.map((payment) => {
    const own = deliveries.filter((delivery) => delivery.paymentId === payment.paymentId);
    const received = own.map((delivery) => delivery.receivedAt.toISOString()).sort();
    return {
      account: payment.account,
      provider: payment.provider,
      objectId: payment.reference,
      providerEventIds: distinct(own.flatMap((delivery) => delivery.providerEventId ?? [])),
      providerTraceIds: distinct(own.flatMap((delivery) => delivery.providerTraceIds)),
      requestIds: distinct(own.map((delivery) => delivery.requestId)),
      times: { first: received[0] ?? null, last: received.at(-1) ?? null },
    };
  });
}

function recordEntry(delivery: DeliveryEntity, originals: Originals): RecordEntryResource {
  const original = originals?.get(delivery.observationId);
  return {
    type: 'record',
    at: delivery.recordedAt.toISOString(),
    kind: delivery.kind,
    paymentId: delivery.paymentId,
    observationId: delivery.observationId,
    account: delivery.account,
    provider: delivery.provider,
    route: delivery.route,
    outcome: delivery.outcome,
    reason: delivery.reason,
    trust: delivery.trust,
    verification: {
      mode: delivery.verificationMode,
      keyId: delivery.verificationKeyId,
      verdict: delivery.trust === 'unverified' ? 'unverified' : 'verified',
    },
    eventType: delivery.eventType,
    eventId: delivery.eventId,
    providerEventId: delivery.providerEventId,
    providerReferences: delivery.providerReferences,
    providerTraceIds: delivery.providerTraceIds,
    claimedStatus: delivery.claimedStatus,
    requestId: delivery.requestId,
    traceId:
      delivery.traceparent === null
        ? null
        : (parseTraceparent(delivery.traceparent)?.traceId ?? null),
    bodyDigest: delivery.bodyDigest,
    partition: delivery.partition,
    position: delivery.position,
    occurredAt: delivery.occurredAt?.toISOString() ?? null,
    receivedAt: delivery.receivedAt.toISOString(),
    ...(original === undefined ? {} : { original }),
  };
}

function changeEntries({ changes, payments }: TrailRows): readonly ChangeEntryResource[] {
  const byId = new Map(payments.map((payment) => [payment.paymentId, payment]));
  const statuses = new Map<string, string | null>();
  return changes.map((change) => {
    const entry = changeEntry(change, {
      payment: byId.get(change.paymentId),
      previousStatus: statuses.get(change.paymentId) ?? null,
    });
    statuses.set(change.paymentId, change.status);
    return entry;
  });
}

function changeEntry(
  change: PaymentChangeEntity,
  before: {
    readonly payment: PaymentEntity | undefined;
    readonly previousStatus: string | null;
  },
): ChangeEntryResource {
  const currency = before.payment?.currency ?? null;
  const exponent = before.payment?.exponent ?? null;
  return {
    type: 'change',
    at: change.recordedAt.toISOString(),
    paymentId: change.paymentId,
    version: Number(change.version),
    orderId: change.orderId,
    previousStatus: before.previousStatus,
    status: change.status,
    amount: moneyOf(change.amountMinor, { currency, exponent }),
    refunded: moneyOf(change.refundedMinor, { currency, exponent }),
    flags: change.flags,
    observationId: change.observationId,
  };
}

function parkedEntry(parked: ParkedSubjectEntity): ParkedEntryResource {
  return {
    type: 'parked',
    at: parked.recordedAt.toISOString(),
    parkedId: parked.parkedId,
    subject: parked.subject,
    reason: parked.reason,
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
