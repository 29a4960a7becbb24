import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { CLEARING, insertBooks, MERCHANT, REFUND_ID } from '../../../test/harness/ledger-books.js';
import { Layer, type TrialBalance } from '../grpc/gen/cuadre/v1/ledger.js';
import {
  GetTrialBalanceRequest,
  LedgerServiceClient,
  ListBalancesRequest,
  type ListBalancesResponse,
  ListEntriesRequest,
  type ListEntriesResponse,
} from '../grpc/gen/cuadre/v1/ledger_service.js';

let api: ApiUnderTest;
let ledger: LedgerServiceClient;

beforeAll(async () => {
  api = await startApi();
  await insertBooks(api);
  ledger = new LedgerServiceClient(`127.0.0.1:${api.grpcPort}`, credentials.createInsecure());
});

afterAll(async () => {
  ledger.close();
  await api.stop();
});

describe('LedgerService', () => {
  it('answers a trial balance whose sides are equal', async () => {
    const answer = await call<TrialBalance>((metadata, done) =>
      ledger.getTrialBalance(
        GetTrialBalanceRequest.fromPartial({ asAt: '2026-10-31' }),
        metadata,
        done,
      ),
    );
    expect(answer).toMatchObject({ layer: 'LAYER_POSTED', isBalanced: true });
    expect(answer.lines).toContainEqual(
      expect.objectContaining({
        account: CLEARING,
        debit: expect.objectContaining(ARS_OF_CLEARING),
      }),
    );
  });

  it('lists balances as known at a time, and entries of a refund', async () => {
    const balances = await call<ListBalancesResponse>((metadata, done) =>
      ledger.listBalances(
        ListBalancesRequest.fromPartial({
          account: CLEARING,
          layer: Layer.LAYER_POSTED,
          asAt: '2026-10-02',
          asKnownAt: '2026-10-02',
        }),
        metadata,
        done,
      ),
    );
    expect(balances.balances).toMatchObject([
      { account: CLEARING, normalSide: 'SIDE_DEBIT', balance: { amount: '97.00' } },
    ]);
    const entries = await call<ListEntriesResponse>((metadata, done) =>
      ledger.listEntries(
        ListEntriesRequest.fromPartial({ paymentId: REFUND_ID, account: MERCHANT }),
        metadata,
        done,
      ),
    );
    expect(entries.entries).toMatchObject([
      { side: 'SIDE_DEBIT', amount: { amount: '25.00' }, line: 'refund' },
    ]);
  });

  it('refuses what is no time', async () => {
    const refused = call((metadata, done) =>
      ledger.listEntries(ListEntriesRequest.fromPartial({ from: 'yesterday' }), metadata, done),
    );
    await expect(refused).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

const ARS_OF_CLEARING = { amount: '121.60', currency: 'ARS' };

async function call<T>(
  start: (metadata: Metadata, done: (error: ServiceError | null, answer: T) => void) => unknown,
): Promise<T> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TOKENS.read}`);
  return new Promise((resolve, reject) => {
    start(metadata, (error, answer) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
}
