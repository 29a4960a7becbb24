import type { EventLog } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import { viewOrder, type OrderView } from '#ledger/order/order.js';
import { emptyPayment, withConflict, type PaymentState } from '#ledger/payment/payment-state.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { mayConfirm } from '#ledger/trust.js';
import { joined, type EventMeaning } from '#projection/fold-payments.js';
import { interpretRecord } from '#projection/interpret-record.js';
import { factsText } from '#projection/payment-codec.js';

/**
 * The oracle: the log folded in memory, one record after the other, without batches, checkpoints,
 * transactions or tables. Whatever the projector went through, its rows must say the same.
 */
export class PureFold {
  readonly #states = new Map<string, PaymentState>();
  readonly #seen = new Map<string, string>();

  fold(record: StoredRecord): void {
    const { meaning, recordedAtMs } = interpretRecord(record, record.appendedAtMs);
    if (meaning.kind !== 'event') return;
    const subject = meaning.observation.subject;
    const state = this.#states.get(subject) ?? emptyPayment;
    const verdict = mayConfirm(meaning.trust) ? this.#judge(meaning) : 'first';
    if (verdict === 'duplicate') return;
    this.#states.set(
      subject,
      verdict === 'conflict'
        ? withConflict(state)
        : joined(state, meaning, { position: record.position, recordedAtMs }),
    );
  }

  payments(): ReadonlyMap<string, PaymentView> {
    return new Map([...this.#states].map(([subject, state]) => [subject, viewPayment(state)]));
  }

  orders(): ReadonlyMap<string, OrderView> {
    const payments = new Map<string, PaymentView[]>();
    for (const state of this.#states.values()) {
      const view = viewPayment(state);
      // An order keeps its row when its only payment moved away.
      for (const { orderId } of state.attributions) {
        const attached = payments.get(orderId) ?? [];
        if (view.orderId === orderId) attached.push(view);
        payments.set(orderId, attached);
      }
    }
    return new Map([...payments].map(([orderId, views]) => [orderId, viewOrder(views)]));
  }

  #judge({ eventId, event }: EventMeaning): 'first' | 'duplicate' | 'conflict' {
    const facts = `${event.orderId ?? ''}\n${factsText(event.payment)}`;
    const known = this.#seen.get(eventId);
    if (known === undefined) {
      this.#seen.set(eventId, facts);
      return 'first';
    }
    return known === facts ? 'duplicate' : 'conflict';
  }
}

/** Folds a whole log, up to its end positions now. */
export async function pureFoldOf(log: EventLog): Promise<PureFold> {
  const fold = new PureFold();
  const end = await log.endPositions();
  for (const [partition, to] of end.entries()) {
    for await (const records of log.read(partition, 0n, to)) {
      for (const record of records) fold.fold(record);
    }
  }
  return fold;
}
