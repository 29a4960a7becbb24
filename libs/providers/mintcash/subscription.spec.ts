import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import type { SubscriptionDetails } from '#ledger/subscription/subscription.js';
import type { Account } from '../account.js';
import type { ProviderEvent } from '../provider.js';
import { mintcash } from './mintcash.js';

const account: Account = {
  id: 'mintcash',
  provider: 'mintcash',
  environment: 'test',
  sources: [],
  api: null,
};

function observe(body: object): Observation {
  const extraction = mintcash.extractWebhook({
    account,
    route: 'mintcash',
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    query: {},
  });
  const key =
    extraction.readable && extraction.subject !== null ? subjectKey(extraction.subject) : null;
  return {
    id: '0197c0de-0000-7000-8000-000000000001',
    kind: 'webhook',
    account: account.id,
    route: 'mintcash',
    subject: key ?? 'mintcash/unkeyed/digest',
    receivedAtMs: 0,
    schema: mintcash.schemas.webhook,
    verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'd1:digest',
    traceparent: null,
    lookup: null,
    value: extraction.value,
    sealed: null,
  };
}

function eventOf(body: object): ProviderEvent {
  const interpretation = mintcash.interpret(observe(body), 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

function subscriptionOf(body: object): SubscriptionDetails {
  const { tells } = eventOf(body);
  if (tells.about !== 'subscription') throw new Error(`It tells of a ${tells.about}.`);
  return tells.fact;
}

const data = {
  id: 'sub-1',
  externalId: 'plan-1',
  amount: 9.99,
  currency: 'USD',
  billingIntervalDays: 30,
  currentPeriodStart: '2026-06-30T00:00:00Z',
  currentPeriodEnd: '2026-07-30T00:00:00Z',
  createdAt: '2026-05-01T00:00:00Z',
  customer: { email: 'canary@example.com', name: 'Canary' },
};

const told = (name: string, more: object = {}) => ({
  eventId: 'e-1',
  event: `subscription.${name}`,
  type: 'subscription',
  environment: 'test',
  createdAt: '2026-06-30T15:41:21.585Z',
  data: { ...data, ...more },
});

describe('MintCash subscription events', () => {
  it('tell of the subscription, and of no payment and no order', () => {
    expect(observe(told('succeeded')).subject).toBe('mintcash/subscription/sub-1');
    expect(eventOf(told('succeeded', { status: 'active' }))).toEqual({
      eventType: 'subscription.succeeded',
      dedupeId: 'e-1',
      providerEventId: 'e-1',
      orderId: null,
      occurredAt: '2026-06-30T15:41:21.585Z',
      references: [],
      tells: {
        about: 'subscription',
        fact: {
          status: 'active',
          rank: 20,
          occurredAt: '2026-06-30T15:41:21.585Z',
          amount: { minor: 999n, currency: 'USD', exponent: 2 },
          intervalDays: 30,
          currentPeriodStart: '2026-06-30T00:00:00.000Z',
          currentPeriodEnd: '2026-07-30T00:00:00.000Z',
          clientReference: 'plan-1',
        },
      },
    });
    expect(observe(told('succeeded')).value.toString()).not.toMatch(/canary/i);
  });

  it.each([
    ['succeeded', 'active', 20],
    ['payment_succeeded', 'active', 20],
    ['failed', 'past_due', 20],
    ['payment_failed', 'past_due', 20],
    ['cancelled', 'cancelled', 40],
    ['created', 'pending', 10],
    ['pending', 'pending', 10],
    ['active', 'active', 20],
    ['past_due', 'past_due', 20],
  ])('%s alone is %s of rank %i', (name, status, rank) => {
    expect(subscriptionOf(told(name))).toMatchObject({ status, rank });
  });

  it.each([
    ['succeeded', 'past_due', 'past_due'],
    ['failed', 'active', 'active'],
    ['failed', 'failed', 'failed'],
    ['payment_failed', 'cancelled', 'cancelled'],
    ['succeeded', 'succeeded', 'active'],
    ['cancelled', 'active', 'cancelled'],
    ['created', 'constructor', 'pending'],
  ])('%s of one that is %s: %s', (name, stated, status) => {
    expect(subscriptionOf(told(name, { status: stated }))).toMatchObject({ status });
  });

  it('leave open what they do not say', () => {
    const bare = { eventId: 'e-1', event: 'subscription.cancelled', data: { id: 'sub-1' } };
    expect(subscriptionOf(bare)).toEqual({
      status: 'cancelled',
      rank: 40,
      occurredAt: null,
      amount: null,
      intervalDays: null,
      currentPeriodStart: null,
      currentPeriodEnd: null,
      clientReference: null,
    });
  });

  it.each([
    [2_147_483_647, 2_147_483_647],
    ['30', 30],
    [2_147_483_648, null],
    [99_999_999_999, null],
  ])('bill every %s days only where that may be a count', (billingIntervalDays, intervalDays) => {
    expect(subscriptionOf(told('active', { billingIntervalDays }))).toMatchObject({ intervalDays });
  });

  it('name the charge that they stand beside', () => {
    expect(eventOf(told('succeeded', { paymentId: 'pay-7' })).references).toEqual(['pay-7']);
  });
});
