import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { PaymentReader } from '#read-models/queries/payment-reader.js';
import type { Refusal } from '../http/refusal.js';
import { movementNotFound } from '../payment/movement-not-found.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { WithdrawalResource, withdrawalResource } from './withdrawal-resource.js';

export class GetWithdrawal extends Query<WithdrawalResource | Refusal> {
  readonly withdrawalId: string;
  readonly wait: PositionWait;

  constructor(withdrawalId: string, wait: PositionWait) {
    super();
    this.withdrawalId = withdrawalId;
    this.wait = wait;
  }
}

@QueryHandler(GetWithdrawal)
export class GetWithdrawalHandler implements IQueryHandler<GetWithdrawal> {
  readonly #payments: PaymentReader;
  readonly #gate: PositionGate;

  constructor(payments: PaymentReader, gate: PositionGate) {
    this.#payments = payments;
    this.#gate = gate;
  }

  async execute({ withdrawalId: id, wait }: GetWithdrawal): Promise<WithdrawalResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#payments.find(id);
    if (found?.kind === 'withdrawal') return withdrawalResource(found);
    return movementNotFound('withdrawal', { id, found: found?.kind ?? null });
  }
}
