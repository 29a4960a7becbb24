import {
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { CqrsModule, QueryBus } from '@nestjs/cqrs';
import { HealthRegistry } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { CustomerReader } from '#read-models/queries/customer-reader.js';
import { IdLookup } from '#read-models/queries/id-lookup.js';
import { LedgerBalanceReader } from '#read-models/queries/ledger-balance-reader.js';
import { LedgerBookReader } from '#read-models/queries/ledger-book-reader.js';
import { LedgerEntryReader } from '#read-models/queries/ledger-entry-reader.js';
import { LedgerOpenReader } from '#read-models/queries/ledger-open-reader.js';
import { LedgerPeriodReader } from '#read-models/queries/ledger-period-reader.js';
import { OperationsReader } from '#read-models/queries/operations-reader.js';
import { OrderReader } from '#read-models/queries/order-reader.js';
import { PaymentReader } from '#read-models/queries/payment-reader.js';
import { ReadModels } from '#read-models/queries/read-models.js';
import { RefundReader } from '#read-models/queries/refund-reader.js';
import { ReportLineReader } from '#read-models/queries/report-line-reader.js';
import { ReportLineClaims } from '#read-models/writes/report-line-claims.js';
import { ReviewReader } from '#read-models/queries/review-reader.js';
import { SettlementReader } from '#read-models/queries/settlement-reader.js';
import { SubscriptionReader } from '#read-models/queries/subscription-reader.js';
import { TrailReader } from '#read-models/queries/trail-reader.js';
import { WithdrawalReader } from '#read-models/queries/withdrawal-reader.js';
import { EventLog } from '#event-log/event-log.js';
import { KeyRing } from '#events/sealing.js';
import { Authenticator } from './access/authenticator.js';
import { OperateScopeGuard } from './access/operate-scope.guard.js';
import { ReadScopeGuard } from './access/read-scope.guard.js';
import type { ApiDependencies } from './api-dependencies.js';
import { CustomerController } from './customer/customer.controller.js';
import { GetCustomerHandler } from './customer/get-customer.js';
import { ListCustomersHandler } from './customer/list-customers.js';
import { CallSkin } from './grpc/call-skin.js';
import { GrpcServer } from './grpc/grpc-server.js';
import { BookController } from './ledger/book.controller.js';
import { ClosePeriodHandler } from './ledger/close-period.js';
import { CorrectBooksHandler } from './ledger/correct-books.js';
import { CorrectionController } from './ledger/correction.controller.js';
import { GetEntryHandler } from './ledger/get-entry.js';
import { GetPeriodsHandler } from './ledger/get-periods.js';
import { GetTrialBalanceHandler } from './ledger/get-trial-balance.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { ListLedgerAccountsHandler } from './ledger/list-accounts.js';
import { ListBalancesHandler } from './ledger/list-balances.js';
import { ListClearingHandler } from './ledger/list-clearing.js';
import { ListEntriesHandler } from './ledger/list-entries.js';
import { ListOpenPaymentsHandler } from './ledger/list-open-payments.js';
import { ListSuspenseHandler } from './ledger/list-suspense.js';
import { OpenItemsController } from './ledger/open-items.controller.js';
import { PeriodController } from './ledger/period.controller.js';
import { WalkBooksHandler } from './ledger/walk-books.js';
import { LookUpIdHandler } from './lookup/look-up-id.js';
import { LookupController } from './lookup/lookup.controller.js';
import { GetStatusHandler } from './operations/get-status.js';
import { ListParkedHandler } from './operations/list-parked.js';
import { OperationsController } from './operations/operations.controller.js';
import { GetOrderHandler } from './order/get-order.js';
import { ListOrdersHandler } from './order/list-orders.js';
import { OrderController } from './order/order.controller.js';
import { PageAnswerer } from './page/page-answerer.js';
import { PageTokens } from './page/page-tokens.js';
import { GetPaymentHandler } from './payment/get-payment.js';
import { ListPaymentsHandler } from './payment/list-payments.js';
import { PaymentController } from './payment/payment.controller.js';
import { PositionGate } from './position/position-gate.js';
import { GetRefundHandler } from './refund/get-refund.js';
import { RefundController } from './refund/refund.controller.js';
import { ListReviewsHandler } from './review/list-reviews.js';
import { ReviewController } from './review/review.controller.js';
import { GetSettlementHandler } from './settlement/get-settlement.js';
import { ImportController } from './settlement/import.controller.js';
import { ImportSettlementHandler } from './settlement/import-settlement.js';
import { KnownAccounts } from './settlement/known-accounts.js';
import { ListSettlementsHandler } from './settlement/list-settlements.js';
import { SettlementController } from './settlement/settlement.controller.js';
import { GetSubscriptionHandler } from './subscription/get-subscription.js';
import { ListSubscriptionsHandler } from './subscription/list-subscriptions.js';
import { SubscriptionController } from './subscription/subscription.controller.js';
import { ApiDescription } from './system/api-description.js';
import { SystemController } from './system/system.controller.js';
import { GetTrailHandler } from './trail/get-trail.js';
import { OriginalReader } from './trail/original-reader.js';
import { TrailController } from './trail/trail.controller.js';
import { GetWithdrawalHandler } from './withdrawal/get-withdrawal.js';
import { ListWithdrawalsHandler } from './withdrawal/list-withdrawals.js';
import { WithdrawalController } from './withdrawal/withdrawal.controller.js';

const QUERY_HANDLERS = [
  GetCustomerHandler,
  GetEntryHandler,
  GetOrderHandler,
  GetPaymentHandler,
  GetPeriodsHandler,
  GetRefundHandler,
  GetSettlementHandler,
  GetStatusHandler,
  GetSubscriptionHandler,
  GetTrailHandler,
  GetTrialBalanceHandler,
  GetWithdrawalHandler,
  ListBalancesHandler,
  ListClearingHandler,
  ListCustomersHandler,
  ListEntriesHandler,
  ListLedgerAccountsHandler,
  ListOpenPaymentsHandler,
  ListOrdersHandler,
  ListParkedHandler,
  ListPaymentsHandler,
  ListReviewsHandler,
  ListSettlementsHandler,
  ListSubscriptionsHandler,
  ListSuspenseHandler,
  ListWithdrawalsHandler,
  LookUpIdHandler,
  WalkBooksHandler,
];

/** REST and gRPC over one set of query handlers. `configureApi` completes the HTTP server. */
@Module({})
export class ApiModule implements OnModuleInit, OnApplicationShutdown {
  readonly #readModels: ReadModels;
  readonly #operations: OperationsReader;
  readonly #health: HealthRegistry;

  constructor(readModels: ReadModels, operations: OperationsReader, health: HealthRegistry) {
    this.#readModels = readModels;
    this.#operations = operations;
    this.#health = health;
  }

  static register(dependencies: ApiDependencies): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        BookController,
        CorrectionController,
        CustomerController,
        ImportController,
        LedgerController,
        LookupController,
        OpenItemsController,
        OperationsController,
        OrderController,
        PaymentController,
        PeriodController,
        RefundController,
        ReviewController,
        SettlementController,
        SubscriptionController,
        SystemController,
        TrailController,
        WithdrawalController,
      ],
      providers: [
        OperateScopeGuard,
        ReadScopeGuard,
        ApiDescription,
        ...portProviders(dependencies),
        ...readerProviders(dependencies),
        ...QUERY_HANDLERS,
        ClosePeriodHandler,
        ImportSettlementHandler,
        CorrectBooksHandler,
      ],
      exports: [ApiDescription, Authenticator, GrpcServer],
    };
  }

  onModuleInit(): void {
    this.#health.register('read-models', 'readiness', async () => {
      const [first] = await this.#operations.generations();
      if (first?.status !== 'live') throw new Error('Nothing is folded yet.');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#readModels.close();
  }
}

function portProviders(dependencies: ApiDependencies): Provider[] {
  const { observations, keyRing, accounts, config, logger, metrics, health } = dependencies;
  const authenticator = new Authenticator(config.apiTokens);
  return [
    { provide: EventLog, useValue: observations },
    { provide: KeyRing, useValue: keyRing },
    { provide: KnownAccounts, useValue: new KnownAccounts(accounts) },
    { provide: Metrics, useValue: metrics },
    { provide: HealthRegistry, useValue: health },
    { provide: Authenticator, useValue: authenticator },
    PageAnswerer,
    { provide: PageTokens, useValue: new PageTokens(keyRing.digestKey.key) },
    { provide: OriginalReader, useValue: new OriginalReader(observations, keyRing, logger) },
    {
      provide: PositionGate,
      useFactory: (operations: OperationsReader) =>
        new PositionGate(observations, operations, config.minPositionWaitMs),
      inject: [OperationsReader],
    },
    {
      provide: GrpcServer,
      useFactory: (queries: QueryBus) =>
        new GrpcServer(
          { host: config.http.host, ...config.grpc },
          new CallSkin({ queries, authenticator, logger }),
          logger,
        ),
      inject: [QueryBus],
    },
  ];
}

function readerProviders({ database, databaseUrl }: ApiDependencies): Provider[] {
  return [
    { provide: ReadModels, useFactory: () => ReadModels.open(databaseUrl) },
    ...[
      LedgerBalanceReader,
      LedgerBookReader,
      LedgerOpenReader,
      LedgerPeriodReader,
      ReportLineClaims,
      ReportLineReader,
      ReviewReader,
    ].map((reader) => ({
      provide: reader,
      useValue: new reader(database),
    })),
    ...[LedgerEntryReader, OrderReader, OperationsReader, SettlementReader].map((reader) => ({
      provide: reader,
      useFactory: (readModels: ReadModels) => new reader(database, readModels),
      inject: [ReadModels],
    })),
    ...[
      CustomerReader,
      IdLookup,
      PaymentReader,
      RefundReader,
      SubscriptionReader,
      TrailReader,
      WithdrawalReader,
    ].map((reader) => ({
      provide: reader,
      useFactory: (readModels: ReadModels) => new reader(readModels),
      inject: [ReadModels],
    })),
  ];
}
