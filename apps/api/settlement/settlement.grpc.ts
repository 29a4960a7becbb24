import type { CallSkin } from '../grpc/call-skin.js';
import type {
  GetSettlementRequest,
  ListSettlementsRequest,
  ListSettlementsResponse,
  SettlementServiceServer,
} from '../grpc/gen/cuadre/v1/settlement_service.js';
import type { Settlement } from '../grpc/gen/cuadre/v1/settlement.js';
import {
  firstRefusal,
  pageOf,
  pageRefusal,
  textRefusal,
  uuidRefusal,
} from '../grpc/request-rules.js';
import { ACCOUNT_LENGTH_MAX } from '../page/account-page-query.js';
import { GetSettlement, type SettlementWithPaymentsResource } from './get-settlement.js';
import { ListSettlements, type SettlementListResource } from './list-settlements.js';
import { settlementMessage, settlementWithPaymentsMessage } from './settlement-message.js';

/** `cuadre.v1.SettlementService`: a skin over the query handlers, as the REST controllers are. */
export function settlementService(skin: CallSkin): SettlementServiceServer {
  return {
    getSettlement: skin.unary<GetSettlementRequest, SettlementWithPaymentsResource, Settlement>({
      name: 'cuadre.v1.SettlementService/GetSettlement',
      query: ({ settlementId }, wait) =>
        uuidRefusal('settlement_id', settlementId) ??
        new GetSettlement(settlementId.toLowerCase(), wait),
      message: settlementWithPaymentsMessage,
    }),
    listSettlements: skin.unary<
      ListSettlementsRequest,
      SettlementListResource,
      ListSettlementsResponse
    >({
      name: 'cuadre.v1.SettlementService/ListSettlements',
      query: (request, wait) =>
        firstRefusal(
          pageRefusal(request),
          textRefusal('account', request.account, ACCOUNT_LENGTH_MAX),
        ) ?? new ListSettlements({ account: request.account ?? null }, pageOf(request), wait),
      message: ({ items, nextPageToken }) => ({
        settlements: items.map(settlementMessage),
        nextPageToken,
      }),
    }),
  };
}
