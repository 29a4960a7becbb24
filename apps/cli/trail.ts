/** What `trace` reads of the API's trail; members that it does not show are left out. */
export type Trail = {
  readonly order: {
    readonly orderId: string;
    readonly status: string;
    readonly assurance: string;
    readonly reported: string | null;
    readonly flags: readonly string[];
  } | null;
  readonly payments: readonly TrailPayment[];
  readonly refunds: readonly TrailRefund[];
  readonly withdrawals: readonly TrailWithdrawal[];
  readonly subscriptions: readonly TrailSubscription[];
  readonly customers: readonly TrailCustomer[];
  readonly timeline: readonly TrailEntry[];
  readonly isCut: boolean;
  readonly whatToTellTheProvider: readonly ProviderBrief[];
};

export type TrailMoney = { readonly amount: string; readonly currency: string };

/** What everything at a provider has. */
type AtProvider = {
  readonly provider: string;
  readonly account: string;
  readonly reference: string;
};

export type TrailPayment = AtProvider & {
  readonly paymentId: string;
  readonly isKnown: boolean;
  readonly status: string | null;
  readonly reported: string | null;
  readonly amount: TrailMoney | null;
  /** What was asked for. */
  readonly expected: TrailMoney | null;
  /** Received less expected. */
  readonly difference: TrailMoney | null;
};

export type TrailRefund = {
  readonly refundId: string;
  /** The payment that it gives back; null where the provider names none. */
  readonly paymentId: string | null;
  readonly reference: string;
  readonly status: string;
  readonly amount: TrailMoney | null;
};

export type TrailWithdrawal = AtProvider & {
  readonly withdrawalId: string;
  readonly clientReference: string | null;
  readonly status: string | null;
  readonly reported: string | null;
  readonly amount: TrailMoney | null;
};

export type TrailSubscription = AtProvider & {
  readonly subscriptionId: string;
  readonly status: string;
  readonly amount: TrailMoney | null;
};

export type TrailCustomer = AtProvider & {
  readonly customerId: string;
  readonly level: string;
};

export type TrailEntry = TrailRecord | TrailChange | TrailBooked | TrailParked;

export type TrailRecord = {
  readonly type: 'record';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: string;
  readonly provider: string;
  readonly route: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly trust: string;
  readonly verification: {
    readonly mode: string;
    readonly keyId: string | null;
    readonly verdict: string;
  };
  readonly eventType: string | null;
  readonly providerEventId: string | null;
  readonly providerReferences: readonly string[];
  readonly providerTraceIds: readonly string[];
  readonly claimedStatus: string | null;
  readonly requestId: string;
  readonly traceId: string | null;
  readonly partition: number;
  readonly position: string;
  readonly original?: {
    readonly refused: string | null;
    readonly contentType: string | null;
    readonly base64: string | null;
    readonly text: string | null;
  };
};

export type TrailChange = {
  readonly type: 'change';
  readonly at: string;
  readonly subjectId: string;
  readonly orderId: string | null;
  readonly previousStatus: string | null;
  readonly status: string | null;
  readonly amount: TrailMoney | null;
  readonly refunded: TrailMoney | null;
  readonly flags: readonly string[];
};

/** A leg that the ledger booked. */
export type TrailBooked = {
  readonly type: 'entry';
  readonly at: string;
  readonly account: string;
  readonly side: string;
  readonly amount: TrailMoney;
  readonly layer: string;
  readonly line: string;
  readonly reason: string | null;
  readonly effectiveAt: string;
};

export type TrailParked = {
  readonly type: 'parked';
  readonly at: string;
  readonly subject: string;
  readonly reason: string;
};

export type ProviderBrief = {
  readonly account: string;
  readonly provider: string;
  readonly objectId: string;
  readonly providerEventIds: readonly string[];
  readonly providerTraceIds: readonly string[];
  readonly requestIds: readonly string[];
  readonly times: { readonly first: string | null; readonly last: string | null };
};
