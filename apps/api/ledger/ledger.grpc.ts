import { LAYERS, type Layer } from '#ledger/posting/posting.js';
import type { CallSkin } from '../grpc/call-skin.js';
import { enumWord } from '../grpc/enum-name.js';
import type { TrialBalance } from '../grpc/gen/cuadre/v1/ledger.js';
import type {
  GetTrialBalanceRequest,
  LedgerServiceServer,
  ListBalancesRequest,
  ListBalancesResponse,
  ListEntriesRequest,
  ListEntriesResponse,
} from '../grpc/gen/cuadre/v1/ledger_service.js';
import {
  firstRefusal,
  pageOf,
  pageRefusal,
  textRefusal,
  uuidRefusal,
} from '../grpc/request-rules.js';
import type { Refusal } from '../http/refusal.js';
import { endOf, isBookTime, startOf } from './book-times.js';
import { GetTrialBalance, type TrialBalanceResource } from './get-trial-balance.js';
import { balanceMessage, entryMessage, trialBalanceMessage } from './ledger-message.js';
import { LEDGER_ACCOUNT_LENGTH_MAX, scopeOf, timesOf } from './ledger-query.js';
import { ListBalances, type BalanceListResource } from './list-balances.js';
import { ListEntries, type EntryListResource } from './list-entries.js';

/** `cuadre.v1.LedgerService`: a skin over the query handlers, as the REST controllers are. */
export function ledgerService(skin: CallSkin): LedgerServiceServer {
  return {
    getTrialBalance: skin.unary<GetTrialBalanceRequest, TrialBalanceResource, TrialBalance>({
      name: 'cuadre.v1.LedgerService/GetTrialBalance',
      query: (request, wait) =>
        timesRefusal(request) ??
        new GetTrialBalance(layerOf(request.layer) ?? 'posted', timesOf(request), wait),
      message: trialBalanceMessage,
    }),
    listBalances: skin.unary<ListBalancesRequest, BalanceListResource, ListBalancesResponse>({
      name: 'cuadre.v1.LedgerService/ListBalances',
      query: (request, wait) =>
        firstRefusal(pageRefusal(request), scopeRefusal(request), timesRefusal(request)) ??
        new ListBalances(
          { scope: scopeOfCall(request), times: timesOf(request) },
          pageOf(request),
          wait,
        ),
      message: ({ items, nextPageToken }) => ({
        balances: items.map(balanceMessage),
        nextPageToken,
      }),
    }),
    listEntries: skin.unary<ListEntriesRequest, EntryListResource, ListEntriesResponse>({
      name: 'cuadre.v1.LedgerService/ListEntries',
      query: (request, wait) =>
        firstRefusal(
          pageRefusal(request),
          scopeRefusal(request),
          uuidRefusal('event_id', request.eventId),
          timeRefusal('from', request.from),
          timeRefusal('to', request.to),
        ) ?? new ListEntries(entryFilterOf(request), pageOf(request), wait),
      message: ({ items, nextPageToken }) => ({
        entries: items.map(entryMessage),
        nextPageToken,
      }),
    }),
  };
}

type ScopeMembers = Pick<
  ListEntriesRequest,
  'account' | 'accountPrefix' | 'orderId' | 'paymentId' | 'currency' | 'layer'
>;

type TimeMembers = Pick<GetTrialBalanceRequest, 'asAt' | 'asKnownAt'>;

const ORDER_ID_LENGTH_MAX = 200;
const CURRENCY_LENGTH_MAX = 4;

function scopeRefusal(request: ScopeMembers): Refusal | null {
  return firstRefusal(
    textRefusal('account', request.account, LEDGER_ACCOUNT_LENGTH_MAX),
    textRefusal('account_prefix', request.accountPrefix, LEDGER_ACCOUNT_LENGTH_MAX),
    textRefusal('order_id', request.orderId, ORDER_ID_LENGTH_MAX),
    textRefusal('currency', request.currency, CURRENCY_LENGTH_MAX),
    uuidRefusal('payment_id', request.paymentId),
  );
}

function timesRefusal({ asAt, asKnownAt }: TimeMembers): Refusal | null {
  return firstRefusal(timeRefusal('as_at', asAt), timeRefusal('as_known_at', asKnownAt));
}

function timeRefusal(name: string, text: string | undefined): Refusal | null {
  if (text === undefined || isBookTime(text)) return null;
  const detail = `${name} must be a day (2026-10-31) or an instant with its zone.`;
  return { refused: 'invalid-parameter', detail };
}

function layerOf(name: string): Layer | null {
  const word = enumWord('LAYER', name);
  return LAYERS.find((layer) => layer === word) ?? null;
}

function scopeOfCall(request: ScopeMembers): ReturnType<typeof scopeOf> {
  const { layer, ...others } = request;
  return { ...scopeOf(others), layer: layerOf(layer) };
}

function entryFilterOf(request: ListEntriesRequest): ListEntries['filter'] {
  const { eventId, from, to } = request;
  return {
    ...scopeOfCall(request),
    eventId: eventId?.toLowerCase() ?? null,
    from: from === undefined ? null : startOf(from),
    before: to === undefined ? null : endOf(to),
  };
}
