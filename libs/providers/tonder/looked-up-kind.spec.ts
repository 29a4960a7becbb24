import { describe, expect, it } from 'vitest';
import type { Verification } from '#events/observation.js';
import {
  observeTonder as observe,
  observeTonderAnswer,
  tonderEventOf,
  tonderViewOf,
} from '../../../test/harness/tonder-observations.js';

const UNPROVEN: Verification = { mode: 'hmac', keyId: null, verdict: 'unverified' };
const DIRECT = {
  id: 'fc38522e',
  operation_type: 'payment',
  amount: '70',
  currency: 'MXN',
  event_type: 'payment_Success',
};

describe('a withdrawal', () => {
  const claim = observe({ ...DIRECT, id: 'w-1' }, UNPROVEN);

  it.each(['withdrawal', 'WITHDRAWAL'])(
    'is booked once, whatever an unsigned body calls it, where a lookup says %s',
    (operation_type) => {
      expect(claim.subject).toBe('mx/transaction/w-1');
      const answer = observeTonderAnswer(
        { id: 'w-1', operation_type, status: 'success', amount: 70, currency: 'MXN' },
        { kind: 'transaction', reference: 'w-1' },
        { asOf: 9n, askedAtMs: 1 },
      );
      expect(tonderViewOf([claim, answer])).toMatchObject({
        kind: 'payment',
        status: null,
        reported: null,
        amount: null,
      });
    },
  );

  it('is no payment that a lookup of a withdrawal answers', () => {
    const answer = observeTonderAnswer(
      { id: 'w-1', operation_type: 'payment', status: 'success', amount: 70 },
      { kind: 'withdrawal', reference: 'w-1' },
    );
    expect(tonderEventOf(answer).tells).toEqual({ about: 'payment', fact: null });
  });

  it('has one subject whatever the case of its operation', () => {
    const body = { ...DIRECT, operation_type: 'WITHDRAWAL', event_type: 'WITHDRAWAL_Success' };
    expect(observe(body).subject).toBe('mx/withdrawal/fc38522e');
    const nested = { event: 'confirmed', data: { ...body, transaction_status: 'Success' } };
    expect(observe(nested).subject).toBe('mx/withdrawal/fc38522e');
  });
});
