import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { OBSERVATION_KINDS, VERIFICATION_MODES } from '#events/observation.js';
import { CUSTOMER_LEVELS } from '#ledger/customer/customer.js';
import { FLAGS } from '#ledger/payment/flag.js';
import { WITHDRAWAL_STATUSES } from '#ledger/payment/payment-kind.js';
import { PAYMENT_STATUSES, REFUND_STATUSES } from '#ledger/payment/payment-status.js';
import { SUBSCRIPTION_STATUSES } from '#ledger/subscription/subscription.js';
import { CustomerResource } from '../customer/customer-resource.js';
import { EntryResource } from '../ledger/entry-resource.js';
import { MoneyResource } from '../order/money-resource.js';
import { OrderSummaryResource } from '../order/order-resource.js';
import { PaymentResource } from '../payment/payment-resource.js';
import { RefundResource } from '../payment/refund-resource.js';
import { SubscriptionResource } from '../subscription/subscription-resource.js';
import { WithdrawalResource } from '../withdrawal/withdrawal-resource.js';

/** Of payments, withdrawals and refunds, each in its own words. */
const MOVEMENT_STATUSES = [
  ...new Set([...PAYMENT_STATUSES, ...WITHDRAWAL_STATUSES, ...REFUND_STATUSES]),
];

/** And of subscriptions, and how far customers may go. */
const CLAIMED_STATUSES = [
  ...new Set([...MOVEMENT_STATUSES, ...SUBSCRIPTION_STATUSES, ...CUSTOMER_LEVELS]),
];

const text = { type: String, nullable: true } as const;
const time = { type: String, format: 'date-time', nullable: true } as const;
const uuid = { type: String, format: 'uuid', nullable: true } as const;

export class VerificationResource {
  @ApiProperty({ enum: VERIFICATION_MODES })
  readonly mode!: string;

  @ApiProperty({ ...text, description: 'Which of the active secrets matched.' })
  readonly keyId!: string | null;

  @ApiProperty({ enum: ['verified', 'unverified'] })
  readonly verdict!: string;
}

/** The exact bytes of a body, or why they cannot be shown. */
export class OriginalResource {
  @ApiProperty({
    ...text,
    enum: ['original-destroyed', 'original-not-authentic', 'original-missing', 'original-omitted'],
    description:
      'Null when the bytes are here. Destroyed: the key of its period is gone. Omitted: the answer ' +
      'is full; ask for the trail of one payment.',
  })
  readonly refused!: string | null;

  @ApiProperty({ ...text, description: 'As sent.' })
  readonly contentType!: string | null;

  @ApiProperty({ ...text, format: 'byte' })
  readonly base64!: string | null;

  @ApiProperty({ ...text, description: 'The same bytes where they are UTF-8.' })
  readonly text!: string | null;
}

/** A record of the log: a delivery, a lookup's answer, and so on. */
export class RecordEntryResource {
  @ApiProperty({ enum: ['record'] })
  readonly type!: 'record';

  @ApiProperty({ format: 'date-time', description: 'When the log took it.' })
  readonly at!: string;

  @ApiProperty({ enum: OBSERVATION_KINDS })
  readonly kind!: string;

  @ApiProperty({ ...uuid, description: 'The payment that it is about, or whose refund.' })
  readonly paymentId!: string | null;

  @ApiProperty({ ...uuid, description: 'What it is about: a payment, a withdrawal and so on.' })
  readonly subjectId!: string | null;

  @ApiProperty({ example: 'mintcash-test/payment/pay_1', description: 'Its key in the log.' })
  readonly subject!: string;

  @ApiProperty({ format: 'uuid' })
  readonly observationId!: string;

  @ApiProperty()
  readonly account!: string;

  @ApiProperty()
  readonly provider!: string;

  @ApiProperty({ description: 'The webhook source, or the call that was answered.' })
  readonly route!: string;

  @ApiProperty({
    enum: ['applied', 'duplicate', 'conflict', 'claim', 'ignored', 'parked'],
    description: 'What became of it.',
  })
  readonly outcome!: string;

  @ApiProperty(text)
  readonly reason!: string | null;

  @ApiProperty({
    enum: ['signed', 'shared-secret', 'unverified', 'looked-up', 'commanded', 'operator'],
  })
  readonly trust!: string;

  @ApiProperty({ type: () => VerificationResource })
  readonly verification!: VerificationResource;

  @ApiProperty({ ...text, description: "The provider's name of the event." })
  readonly eventType!: string | null;

  @ApiProperty({ ...uuid, description: 'Our dedupe id.' })
  readonly eventId!: string | null;

  @ApiProperty({ ...text, description: "The provider's own id of the event." })
  readonly providerEventId!: string | null;

  @ApiProperty({ type: [String] })
  readonly providerReferences!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly providerTraceIds!: readonly string[];

  @ApiProperty({
    ...text,
    enum: CLAIMED_STATUSES,
    description: 'What it says happened, in the words of what it is about.',
  })
  readonly claimedStatus!: string | null;

  @ApiProperty()
  readonly requestId!: string;

  @ApiProperty({ ...text, description: 'W3C trace id of the hop that appended it.' })
  readonly traceId!: string | null;

  @ApiProperty({ description: 'Keyed: tells equal bodies apart, nothing more.' })
  readonly bodyDigest!: string;

  @ApiProperty({ type: 'integer' })
  readonly partition!: number;

  @ApiProperty({ pattern: '^[0-9]+$' })
  readonly position!: string;

  @ApiProperty({ ...time, description: "The provider's own time." })
  readonly occurredAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly receivedAt!: string;

  @ApiPropertyOptional({ type: () => OriginalResource, description: 'With `originals=true` only.' })
  readonly original?: OriginalResource;
}

/** A change of the public row of a payment, a withdrawal or a refund. */
export class ChangeEntryResource {
  @ApiProperty({ enum: ['change'] })
  readonly type!: 'change';

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ ...uuid, description: 'The payment that changed, or whose refund did.' })
  readonly paymentId!: string | null;

  @ApiProperty({ format: 'uuid', description: 'What changed.' })
  readonly subjectId!: string;

  @ApiProperty({ type: 'integer' })
  readonly version!: number;

  @ApiProperty(text)
  readonly orderId!: string | null;

  @ApiProperty({ ...text, enum: MOVEMENT_STATUSES })
  readonly previousStatus!: string | null;

  @ApiProperty({ ...text, enum: MOVEMENT_STATUSES })
  readonly status!: string | null;

  @ApiProperty({ type: () => MoneyResource, nullable: true })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ type: () => MoneyResource, nullable: true })
  readonly refunded!: MoneyResource | null;

  @ApiProperty({ enum: FLAGS, isArray: true })
  readonly flags!: readonly string[];

  @ApiProperty({ format: 'uuid', description: 'The record that caused it.' })
  readonly observationId!: string;
}

/** The subject was set aside: nothing of it is folded until it is released. */
export class ParkedEntryResource {
  @ApiProperty({ enum: ['parked'] })
  readonly type!: 'parked';

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ format: 'uuid' })
  readonly parkedId!: string;

  @ApiProperty()
  readonly subject!: string;

  @ApiProperty()
  readonly reason!: string;
}

/** A leg that the ledger booked for a record. */
export class BookedEntryResource extends EntryResource {
  @ApiProperty({ enum: ['entry'] })
  readonly type!: 'entry';

  @ApiProperty({ format: 'date-time', description: 'When the log took what posted it.' })
  readonly at!: string;
}

export type TimelineEntry =
  RecordEntryResource | ChangeEntryResource | BookedEntryResource | ParkedEntryResource;

const TIMELINE_ENTRIES = [
  RecordEntryResource,
  ChangeEntryResource,
  BookedEntryResource,
  ParkedEntryResource,
] as const;

export class ProviderTimesResource {
  @ApiProperty({ ...time, description: 'Receipt of the first record, in UTC.' })
  readonly first!: string | null;

  @ApiProperty({ ...time, description: 'Receipt of the last record, in UTC.' })
  readonly last!: string | null;
}

/** What the provider's support needs to find the object on its side. */
export class ProviderBriefResource {
  @ApiProperty()
  readonly account!: string;

  @ApiProperty()
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the object." })
  readonly objectId!: string;

  @ApiProperty({ type: [String] })
  readonly providerEventIds!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly providerTraceIds!: readonly string[];

  @ApiProperty({ type: [String], description: 'Ours, as we answered them.' })
  readonly requestIds!: readonly string[];

  @ApiProperty({ type: () => ProviderTimesResource })
  readonly times!: ProviderTimesResource;
}

/** Everything from request to state, in one timeline. All times are UTC. */
@ApiExtraModels(...TIMELINE_ENTRIES)
export class TrailResource {
  @ApiProperty({ type: () => OrderSummaryResource, nullable: true })
  readonly order!: OrderSummaryResource | null;

  @ApiProperty({ type: () => [PaymentResource], description: 'Ever attributed to the order.' })
  readonly payments!: readonly PaymentResource[];

  @ApiProperty({
    type: () => [RefundResource],
    description: 'Of the payments, or the one asked for.',
  })
  readonly refunds!: readonly RefundResource[];

  @ApiProperty({ type: () => [WithdrawalResource], description: 'The one asked for.' })
  readonly withdrawals!: readonly WithdrawalResource[];

  @ApiProperty({ type: () => [SubscriptionResource], description: 'The one asked for.' })
  readonly subscriptions!: readonly SubscriptionResource[];

  @ApiProperty({ type: () => [CustomerResource], description: 'The one asked for.' })
  readonly customers!: readonly CustomerResource[];

  @ApiProperty({
    type: 'array',
    items: {
      oneOf: TIMELINE_ENTRIES.map((entry) => ({ $ref: getSchemaPath(entry) })),
    },
    description: 'Oldest first; changes and entries follow the record that caused them.',
  })
  readonly timeline!: readonly TimelineEntry[];

  @ApiProperty({ description: 'There are more records than a trail shows.' })
  readonly isCut!: boolean;

  @ApiProperty({ type: () => [ProviderBriefResource], description: 'One for each subject.' })
  readonly whatToTellTheProvider!: readonly ProviderBriefResource[];
}
