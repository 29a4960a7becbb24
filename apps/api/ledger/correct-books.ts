import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { positionAfterAll } from '#events/position.js';
import { KeyRing } from '#events/sealing.js';
import type { CorrectionCode } from '#ledger/posting/correction.js';
import { PaymentReader } from '#read-models/queries/payment-reader.js';
import type { Refusal } from '../http/refusal.js';
import { operatorRecord, type OperatorCall } from './operator-record.js';

export type Correction = {
  /** Payments, withdrawals, and refunds with an id of their own. */
  readonly paymentIds: readonly string[];
  readonly code: CorrectionCode;
  readonly reference: string | null;
};

export class CorrectBooks extends Command<CorrectedBooksResource | Refusal> {
  readonly correction: Correction;
  readonly call: OperatorCall;

  constructor(correction: Correction, call: OperatorCall) {
    super();
    this.correction = correction;
    this.call = call;
  }
}

/** That these are booked anew, by the rule in force when the log took the rulings. */
export class CorrectedBooksResource {
  @ApiProperty({
    type: 'integer',
    description: 'How many are recorded; one that changes nothing posts nothing.',
  })
  readonly rulings!: number;

  @ApiProperty({ description: 'Reads take it as `minPosition`.' })
  readonly position!: string;
}

const UNKNOWN_SHOWN = 20;

/**
 * Appends a ruling to each subject, or none at all. Nothing is computed here: the fold posts the difference
 * that each ruling makes, which is nothing where a subject follows that rule already.
 */
@CommandHandler(CorrectBooks)
export class CorrectBooksHandler implements ICommandHandler<CorrectBooks> {
  readonly #log: EventLog;
  readonly #keyRing: KeyRing;
  readonly #payments: PaymentReader;

  constructor(log: EventLog, keyRing: KeyRing, payments: PaymentReader) {
    this.#log = log;
    this.#keyRing = keyRing;
    this.#payments = payments;
  }

  async execute({ correction, call }: CorrectBooks): Promise<CorrectedBooksResource | Refusal> {
    const { code, reference } = correction;
    const paymentIds = [...new Set(correction.paymentIds.map((id) => id.toLowerCase()))];
    const rows = await this.#payments.findAll(paymentIds);
    const known = new Set(rows.map(({ paymentId }) => paymentId));
    const unknown = paymentIds.filter((id) => !known.has(id));
    if (unknown.length > 0) return unknownPayments(unknown);
    const at = { call, keyRing: this.#keyRing, nowMs: Date.now() };
    const positions = await this.#log.append(
      rows.map(({ account, subject, provider }) =>
        operatorRecord(
          {
            kind: 'ruling',
            account,
            subject,
            schema: { provider, shape: 'ruling', version: 1 },
            facts: { ruling: 'rebook', code, reference },
          },
          at,
        ),
      ),
    );
    return { rulings: rows.length, position: positionAfterAll(this.#log, positions) };
  }
}

function unknownPayments(ids: readonly string[]): Refusal {
  const errors = ids.slice(0, UNKNOWN_SHOWN).map((id) => ({
    pointer: '/body/paymentIds',
    code: 'unknown-payment',
    detail: `There is no payment, withdrawal or refund ${id}.`,
  }));
  const detail = `${ids.length} of the payments are not known, so none is corrected.`;
  return { refused: 'invalid-body', detail, errors };
}
