import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { CustomerEntity } from '../entities/customer.entity.js';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { LedgerEntryEntity } from '../entities/ledger-entry.entity.js';
import { OrderPaymentEntity } from '../entities/order-payment.entity.js';
import { OrderEntity } from '../entities/order.entity.js';
import { ParkedSubjectEntity } from '../entities/parked-subject.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import { SubscriptionEntity } from '../entities/subscription.entity.js';

export const READ_MODEL_ENTITIES = [
  CustomerEntity,
  DeliveryEntity,
  LedgerEntryEntity,
  OrderEntity,
  OrderPaymentEntity,
  ParkedSubjectEntity,
  PaymentEntity,
  RefundEntity,
  SubscriptionEntity,
] as const;

const POOL_MAX = 4;
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * The operators' queries, by TypeORM, over the views that follow the live generation. Never writes: the
 * session is read-only and the schema is the fold's, not the mapper's.
 */
export class ReadModels {
  readonly #source: DataSource;

  private constructor(source: DataSource) {
    this.#source = source;
  }

  static async open(url: string): Promise<ReadModels> {
    const source = new DataSource({
      type: 'postgres',
      url,
      entities: [...READ_MODEL_ENTITIES],
      synchronize: false,
      poolSize: POOL_MAX,
      applicationName: 'cuadre-queries',
      extra: {
        statement_timeout: STATEMENT_TIMEOUT_MS,
        options: '-c default_transaction_read_only=on',
      },
    });
    return new ReadModels(await source.initialize());
  }

  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.#source.getRepository(entity);
  }

  /** What has no entity of its own. */
  async rows<T>(sql: string, values: readonly unknown[]): Promise<readonly T[]> {
    return this.#source.query<readonly T[]>(sql, [...values]);
  }

  async close(): Promise<void> {
    await this.#source.destroy();
  }
}
