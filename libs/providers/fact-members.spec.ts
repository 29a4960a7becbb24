import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factMembers, fits, selectFacts } from './fact-members.js';
import { encodeFacts, noFacts, readFacts, textOf } from './facts.js';
import { scanJson } from './json-scanner.js';

const CARDS = [
  '4111111111111111',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '1234 5555 5555 5555 4444 56',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '3782 822463 10005',
  '6011111111111117',
  '3530111333300000',
  '30569309025904',
  '6200000000000005',
  '4000000000000077',
];

const SECRETS = [
  'sk_live_51canary',
  'pk_test_canary',
  'whsec_canary',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2ln',
  'Bearer canary',
];

const members = factMembers({
  id: 'identifier',
  amount: 'amount',
  state: 'integer',
  status: 'word',
  createdAt: 'instant',
  isPaid: 'boolean',
  'data.id': 'identifier',
  'data.deep.amount': 'amount',
  changes: 'list',
});

function select(text: string) {
  const scan = scanJson(Buffer.from(text), members.tree);
  if ('refused' in scan) throw new Error(`The document was refused: ${scan.refused}.`);
  return selectFacts(scan.tokens, members);
}

describe('shapes of members', () => {
  it.each([
    ['identifier', '"order_123"'],
    ['identifier', '"550e8400-e29b-41d4-a716-446655440000"'],
    ['identifier', '"67a0307eaddea901a60144ec"'],
    ['identifier', '"Bestellung Größe 7"'],
    ['identifier', '112941'],
    ['identifier', '"1751478550234"'],
    ['identifier', '"4111111111111112"'],
    ['identifier', '"1111111111111117"'],
    ['idempotency-key', '"3000000000"'],
    ['idempotency-key', '"payout-1_2"'],
    ['amount', '49.99'],
    ['amount', '"50000.00"'],
    ['amount', '-3'],
    ['integer', '3'],
    ['integer', '"3"'],
    ['integer', '1552593282000'],
    ['word', '"Bre-B"'],
    ['word', '"payment.partially_refunded"'],
    ['instant', '"2026-06-30T15:41:21.585Z"'],
    ['instant', '"2026-04-06T01:38:31.847828-05:00"'],
    ['instant', '"2023-09-20 15:28:09"'],
    ['instant', '1552593282000'],
    ['instant', '""'],
    ['boolean', 'true'],
    ['boolean', '"True"'],
    ['list', '['],
    ['word', 'null'],
    ['amount', 'null'],
  ] as const)('%s takes %s', (shape, token) => {
    expect(fits(token, shape)).toBe(true);
  });

  it.each([
    ['identifier', '"buyer@example.com"'],
    ['identifier', '"a\\u0007b"'],
    ['identifier', `"${'x'.repeat(201)}"`],
    ['identifier', '""'],
    ['identifier', '1.5'],
    ['identifier', 'true'],
    ['identifier', '{'],
    ['amount', '"fifty"'],
    ['amount', '1e5'],
    ['amount', '"1,000.00"'],
    ['amount', 'true'],
    ['amount', '"4111111111111111"'],
    ['integer', '3.0'],
    ['integer', '"Ana"'],
    ['word', '"Gómez"'],
    ['reference', '"Juan Perez Garcia"'],
    ['reference', '"+573001234567"'],
    ['idempotency-key', '"3000000000_8de7c88b84"'],
    ['idempotency-key', '"Juan Perez Garcia"'],
    ['word', '"buyer@example.com"'],
    ['word', '3'],
    ['instant', '"yesterday"'],
    ['instant', '"Test Buyer"'],
    ['boolean', '"yes"'],
    ['boolean', '1'],
    ['list', '"x"'],
  ] as const)('%s withholds %s', (shape, token) => {
    expect(fits(token, shape)).toBe(false);
  });

  it.each(CARDS)('no shape lets the card number %s through', (card) => {
    for (const text of [card, `order ${card}`, `${card}x`, `ref:${card}/1`]) {
      for (const shape of ['identifier', 'amount', 'integer', 'word', 'instant'] as const) {
        expect(fits(JSON.stringify(text), shape)).toBe(false);
      }
    }
    expect(fits(card.replace(/\D/g, ''), 'identifier')).toBe(false);
    expect(fits(card.replace(/\D/g, ''), 'integer')).toBe(false);
  });

  it.each(SECRETS)('no shape lets the credential %s through', (secret) => {
    for (const shape of ['identifier', 'amount', 'integer', 'word', 'instant'] as const) {
      expect(fits(JSON.stringify(secret), shape)).toBe(false);
    }
  });

  it('never mistakes a UUID or an object id for a card number', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => fits(JSON.stringify(uuid), 'identifier')),
      { numRuns: 5_000 },
    );
    expect(fits('"41111111-1111-4111-8111-111111111111"', 'identifier')).toBe(true);
    expect(fits('"4111111111111111addea901"', 'identifier')).toBe(true);
  });
});

describe('facts', () => {
  it('keep tokens verbatim, nested as in the source, named members alone', () => {
    const { facts, withheld } = select(
      '{"name":"Ana","data":{"id":"\\u0041 1","deep":{"amount":1.50,"note":"x"}},"changes":[{"by":"Ana"}],"amount":"Ana","id":{}}',
    );
    expect(withheld).toEqual(['amount', 'id']);
    expect(encodeFacts({ body: facts, query: new Map([['reference', '"R"']]) }).toString()).toBe(
      '{"body":{"data":{"id":"\\u0041 1","deep":{"amount":1.50}},"changes":[]},"query":{"reference":"R"}}',
    );
    expect(textOf(facts, 'data.id')).toBe('A 1');
    expect(textOf(facts, 'data.deep.amount')).toBe('1.50');
  });

  it('read back as they were encoded', () => {
    const { facts } = select(
      '{"id":7,"data":{"deep":{"amount":"1.0"}},"status":null,"changes":[]}',
    );
    const read = readFacts(encodeFacts({ body: facts, query: noFacts }), members.valueTree);
    expect(read.body).toEqual(facts);
    expect(
      readFacts(encodeFacts({ body: null, query: noFacts }), members.valueTree).body,
    ).toBeNull();
  });
});

describe('canaries', () => {
  const CANARIES = [
    'canary@example.com',
    'Zoë Canary\n',
    ...CARDS,
    'sk_live_ñ_canary',
    '  <canary>@',
  ];
  const placed = fc.constantFrom(...CANARIES);
  /** Any document, named members included, with canaries as values and as names. */
  const { document } = fc.letrec<{ document: Record<string, unknown>; value: unknown }>((tie) => ({
    document: fc.dictionary(
      fc.oneof(
        fc.constantFrom('id', 'amount', 'state', 'status', 'createdAt', 'isPaid', 'data', 'deep'),
        fc.constantFrom('changes', 'name', 'email', 'note'),
        placed,
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
    value: fc.oneof(
      { maxDepth: 4 },
      placed,
      fc.constantFrom(1, 'ok', null),
      fc.array(placed, { maxLength: 2 }),
      tie('document'),
    ),
  }));

  it('get through in no position', () => {
    fc.assert(
      fc.property(document, (body) => {
        const { facts } = select(JSON.stringify(body));
        const value = encodeFacts({ body: facts, query: noFacts }).toString();
        for (const canary of CANARIES) {
          expect(value).not.toContain(JSON.stringify(canary).slice(1, -1));
          expect(value).not.toContain(canary);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
