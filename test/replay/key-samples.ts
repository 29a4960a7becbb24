/** Subject key (null: unkeyed), event type, dedupe id (null: the body's digest). */
export type Keys = readonly [
  subject: string | null,
  eventType: string | null,
  dedupeId: string | null,
];

/**
 * Samples of the golden table of keys, from the providers' documentation. Both key and dedupe id
 * are for ever: never edit an expectation, only add rows.
 */
export type Row = readonly [name: string, body: string | object, keys: Keys];

const CASH =
  'id=230&date_created=2022-08-17+16%3A08%3A36&date_deposited=&date_consigned=&date_rejected=&date_cancelled=2022-07-27+16%3A09%3A07&state=5&amount=13015&name=Testeo+efecty&document=213232323';

export const COBRU_ROWS: readonly Row[] = [
  [
    'documented payment callback',
    { orderId: '123', state: 3, payment_method: 'Bre-B', amount: '50000.00', url: '3gofdf6f' },
    ['cobru/payment/3gofdf6f', 'state.3', '3gofdf6f|3'],
  ],
  [
    'original payment callback',
    { payed: true, url: '8xfiz72r', state: 3, amount: 50000, payer_name: 'Test Payer' },
    ['cobru/payment/8xfiz72r', 'state.3', '8xfiz72r|3'],
  ],
  [
    'payment callback as a form',
    'payed=True&url=8xfiz72r&state=3&amount=50000',
    ['cobru/payment/8xfiz72r', 'state.3', '8xfiz72r|3'],
  ],
  [
    'later state of the same payment',
    { url: '8xfiz72r', state: 4 },
    ['cobru/payment/8xfiz72r', 'state.4', '8xfiz72r|4'],
  ],
  [
    'bank withdrawal',
    {
      id: 112941,
      date_rejected: '2023-09-20 15:28:23',
      state: 5,
      account_type: 0,
      bank_name: 18,
      account_number: '0909090119',
    },
    ['cobru/bank-withdrawal/112941', 'state.5', 'bank-withdrawal|112941|5'],
  ],
  ['cash withdrawal', CASH, ['cobru/cash-withdrawal/230', 'state.5', 'cash-withdrawal|230|5']],
  ['payment without a state', { url: '8xfiz72r' }, ['cobru/payment/8xfiz72r', null, null]],
  ['probe', {}, [null, null, null]],
];

export const CONOMY_ROWS: readonly Row[] = [
  [
    'contract A',
    {
      event: 'Transaction.Captured',
      data: {
        transaction: { id: '67a0307eaddea901a60144ec', externalId: '1', status: 'CAPTURED' },
      },
      signature: '00',
    },
    [
      'conomy/transaction/67a0307eaddea901a60144ec',
      'Transaction.Captured',
      '67a0307eaddea901a60144ec|CAPTURED',
    ],
  ],
  [
    'contract B, settled',
    {
      eventType: 'payment.settled',
      timestamp: '2026-04-17T15:30:00Z',
      transaction: { id: '69e0df45b604159c5b8ba5a9', status: 'SETTLED', type: 'TOPUP_ACCOUNT' },
    },
    [
      'conomy/transaction/69e0df45b604159c5b8ba5a9',
      'payment.settled',
      '69e0df45b604159c5b8ba5a9|SETTLED',
    ],
  ],
  [
    'contract B, status changed beside settled',
    {
      eventType: 'transaction.status_changed',
      timestamp: '2026-04-17T15:30:00Z',
      transaction: { id: '69e0df45b604159c5b8ba5a9', status: 'SETTLED' },
    },
    [
      'conomy/transaction/69e0df45b604159c5b8ba5a9',
      'transaction.status_changed',
      '69e0df45b604159c5b8ba5a9|SETTLED',
    ],
  ],
  [
    'contract B, refund: a transaction of its own',
    {
      eventType: 'payment.refund.settled',
      timestamp: '2026-04-18T15:30:00Z',
      transaction: { id: 'refund-1', parentPaymentId: 'payment-1', status: 'SETTLED' },
    },
    ['conomy/transaction/refund-1', 'payment.refund.settled', 'refund-1|SETTLED'],
  ],
  [
    'contract B, customer',
    {
      eventType: 'customer.levelChanged',
      timestamp: '2026-04-17T15:42:10Z',
      customer: { id: '69e25243baa9fd9b463d6bac', firstName: 'Test', email: 'c@example.com' },
    },
    [
      'conomy/customer/69e25243baa9fd9b463d6bac',
      'customer.levelChanged',
      '69e25243baa9fd9b463d6bac|2026-04-17T15:42:10Z',
    ],
  ],
  [
    'contract C',
    {
      eventType: 'payment.settled',
      data: { transaction: { id: '69e0df45b604159c5b8ba5a9', status: 'SETTLED' } },
      signature: '00',
    },
    [
      'conomy/transaction/69e0df45b604159c5b8ba5a9',
      'payment.settled',
      '69e0df45b604159c5b8ba5a9|SETTLED',
    ],
  ],
  ['unknown', { eventType: 'tenant.changed' }, [null, 'tenant.changed', null]],
];

export const MINTCASH_ROWS: readonly Row[] = [
  [
    'payment',
    { eventId: 'e-1', event: 'payment.succeeded', type: 'payment', data: { id: '5807f36c' } },
    ['mintcash/payment/5807f36c', 'payment.succeeded', 'e-1'],
  ],
  [
    'refund, delivered as payment',
    {
      eventId: 'e-2',
      event: 'payment.refunded',
      type: 'payment',
      data: { id: '5807f36c', refund: { id: 'ref-1', paymentId: '5807f36c' } },
    },
    ['mintcash/payment/5807f36c', 'payment.refunded', 'e-2'],
  ],
  [
    'refund, whose data is the refund',
    {
      eventId: 'e-3',
      event: 'payment.partially_refunded',
      type: 'refund',
      data: { id: 'ref-1', paymentId: '5807f36c' },
    },
    ['mintcash/payment/5807f36c', 'payment.partially_refunded', 'e-3'],
  ],
  [
    'subscription',
    { eventId: 'e-4', event: 'subscription.cancelled', data: { id: 'sub-1' } },
    ['mintcash/subscription/sub-1', 'subscription.cancelled', 'e-4'],
  ],
  [
    'subscription, by its other name',
    { eventId: 'e-5', event: 'subscription.payment_failed', data: { id: 'sub-1' } },
    ['mintcash/subscription/sub-1', 'subscription.payment_failed', 'e-5'],
  ],
  ['unknown', { eventId: 'e-6', event: 'dispute.opened' }, [null, 'dispute.opened', 'e-6']],
];

const D_PAYMENT = {
  id: 'fc38522e-3e5d-45b8-ba6a-ece72caee71f',
  operation_type: 'payment',
  amount: '70',
  client_reference: 'f6d16280-7bff-4bb7-b6f1-967f9721248b',
  transaction_id: 'e9340a04-6d68-4afc-86c5-79f8b7c87de4',
  metadata: { order_id: 'ORD-1' },
  action: 'MODIFY',
};
const D_WITHDRAWAL = {
  id: 'f50e4a1f-7145-4737-836f-32250eee38c2',
  operation_type: 'withdrawal',
  provider: 'STP',
  action: 'MODIFY',
};
const W_WITHDRAWAL = {
  id: '40f19a6b-4ce4-424e-92fe-1b564c07dbd7',
  user_id: '1',
  status: 'PROCESSING',
  status_changes: [{ from_status: null, to_status: 'PENDING' }],
  action: null,
  created_at: '2025-10-02T01:09:37.371365Z',
  modified_at: '2025-10-02T01:10:00.000000Z',
};

export const TONDER_ROWS: readonly Row[] = [
  [
    'D payment, pending',
    { ...D_PAYMENT, status: 'Pending', event_type: 'payment_Pending' },
    [
      'tonder/transaction/fc38522e-3e5d-45b8-ba6a-ece72caee71f',
      'payment_Pending',
      'fc38522e-3e5d-45b8-ba6a-ece72caee71f|payment_Pending',
    ],
  ],
  [
    'D payment, success with the same id',
    { ...D_PAYMENT, status: 'Success', event_type: 'payment_Success' },
    [
      'tonder/transaction/fc38522e-3e5d-45b8-ba6a-ece72caee71f',
      'payment_Success',
      'fc38522e-3e5d-45b8-ba6a-ece72caee71f|payment_Success',
    ],
  ],
  [
    'D withdrawal',
    { ...D_WITHDRAWAL, status: 'Success', event_type: 'withdrawal_Success' },
    [
      'tonder/withdrawal/f50e4a1f-7145-4737-836f-32250eee38c2',
      'withdrawal_Success',
      'f50e4a1f-7145-4737-836f-32250eee38c2|withdrawal_Success',
    ],
  ],
  [
    'nested, with an event id',
    {
      event_type: 'transaction.status_changed',
      event_id: 'evt_123456789',
      data: { id: '550e8400-1', operation_type: 'payment', status: 'success' },
    },
    ['tonder/transaction/550e8400-1', 'transaction.status_changed', 'evt_123456789'],
  ],
  [
    'nested, of the method pages',
    { event: 'payment.status_changed', data: { id: '550e8400-1', status: 'success' } },
    ['tonder/transaction/550e8400-1', 'payment.status_changed', '550e8400-1|success'],
  ],
  [
    'nested, of the frictionless guide',
    { event: 'confirmed', data: { transaction_status: 'Success', amount: 600.0 } },
    [null, 'confirmed', null],
  ],
  [
    'H session',
    {
      action: 'session.completed',
      type: 'checkout.hosted',
      data: {
        id: 'cs_97_41528_d11b',
        status: 'completed',
        payment_id: 41528,
        transaction_status: 'Success',
      },
    },
    [
      'tonder/session/cs_97_41528_d11b',
      'session.completed',
      'cs_97_41528_d11b|41528|session.completed|completed',
    ],
  ],
  [
    'H payment of a session',
    {
      event_type: 'payment.transaction',
      data: { payment_id: 41522, session_id: 'cs_97_41522_x', status: 'Declined' },
    },
    [
      'tonder/session/cs_97_41522_x',
      'payment.transaction',
      'cs_97_41522_x|41522|payment.transaction|Declined',
    ],
  ],
  [
    'W withdrawal',
    W_WITHDRAWAL,
    [
      'tonder/withdrawal/40f19a6b-4ce4-424e-92fe-1b564c07dbd7',
      'withdrawal.status_changed',
      '40f19a6b-4ce4-424e-92fe-1b564c07dbd7|PROCESSING|2025-10-02T01:10:00.000000Z',
    ],
  ],
  [
    'W refund',
    {
      withdrawal_id: 'wdr_xxxxxxxxxxxxxxxx',
      status: 'refunded',
      created_at: '2025-02-10T14:22:00Z',
      updated_at: '2025-02-10T15:47:33Z',
    },
    [
      'tonder/withdrawal/wdr_xxxxxxxxxxxxxxxx',
      'withdrawal.status_changed',
      'wdr_xxxxxxxxxxxxxxxx|refunded|2025-02-10T15:47:33Z',
    ],
  ],
  [
    'L legacy',
    { transaction_reference: '17672577', status: 'Success', transaction_status: 'Success' },
    ['tonder/legacy/17672577', 'legacy', '17672577|Success'],
  ],
  ['probe', { hello: 'world' }, [null, null, null]],
];
