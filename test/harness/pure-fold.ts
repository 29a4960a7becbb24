import type { EventLog } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import { parseSubjectKey } from '#events/subject.js';
import { viewOrder, type OrderView } from '#ledger/order/order.js';
import type { SeparateRefund } from '#ledger/payment/payment-fact.js';
import { refundStatusOf } from '#ledger/payment/payment-kind.js';
import { withConflict, type PaymentState } from '#ledger/payment/payment-state.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { mayConfirm } from '#ledger/trust.js';
import { isOfMovement, joined, newPayment, type EventMeaning } from '#projection/fold-payments.js';
import { interpretRecord } from '#projection/interpret-record.js';
import { tellingText } from '#projection/telling-text.js';

/**
 * The oracle: the log folded in memory, one record after the other, without batches, checkpoints,
 * transactions or tables. Whatever the projector went through, its rows must say the same.
 */
export class PureFold {
  readonly #states = new Map<string, PaymentState>();
  /** Of lines of reports that name no movement. */
  readonly #lines = new Map<string, PaymentState>();
  readonly #latest = new Map<string, { readonly order: string; readonly word: string }>();
  readonly #seen = new Map<string, string>();

  fold(record: StoredRecord): void {
    const { meaning, recordedAtMs } = interpretRecord(record, record.appendedAtMs);
    if (meaning.kind !== 'event') return;
    const { subject, schema } = meaning.observation;
    const { about } = meaning.event.tells;
    if (about !== 'payment' && about !== 'report-line') {
      this.#tell(meaning);
      return;
    }
    const identity = { paymentId: meaning.subjectId, subject, provider: schema.provider };
    const states = isOfMovement(meaning) ? this.#states : this.#lines;
    const state = states.get(subject) ?? newPayment(identity, recordedAtMs).state;
    const verdict = mayConfirm(meaning.trust) ? this.#judge(meaning) : 'first';
    if (verdict === 'duplicate') return;
    states.set(
      subject,
      verdict === 'conflict'
        ? withConflict(state)
        : joined(state, meaning, { position: record.position, recordedAtMs }),
    );
  }

  /** By subject key, with their refunds; a parent of which only refunds tell is among them. */
  payments(): ReadonlyMap<string, PaymentView> {
    const refunds = this.#refundsByParent();
    const subjects = new Set([...this.#states.keys(), ...refunds.keys()]);
    return new Map(
      [...subjects].map((subject) => [
        subject,
        viewPayment(this.#stateOf(subject), refunds.get(subject) ?? []),
      ]),
    );
  }

  /** By subject key, of its own facts alone. */
  states(): ReadonlyMap<string, PaymentState> {
    return new Map([...this.#states, ...this.#lines]);
  }

  /** By subject key: the status of subscriptions, the level of customers. */
  latest(): ReadonlyMap<string, string> {
    return new Map([...this.#latest].map(([subject, { word }]) => [subject, word]));
  }

  orders(): ReadonlyMap<string, OrderView> {
    const payments = new Map<string, PaymentView[]>();
    for (const [subject, view] of this.payments()) {
      // An order keeps its row when its only payment moved away.
      for (const { orderId } of this.#stateOf(subject).attributions) {
        const attached = payments.get(orderId) ?? [];
        if (view.orderId === orderId) attached.push(view);
        payments.set(orderId, attached);
      }
    }
    return new Map([...payments].map(([orderId, views]) => [orderId, viewOrder(views)]));
  }

  #stateOf(subject: string): PaymentState {
    const identity = { paymentId: '', subject, provider: '' };
    return this.#states.get(subject) ?? newPayment(identity, 0).state;
  }

  #refundsByParent(): Map<string, SeparateRefund[]> {
    const byParent = new Map<string, SeparateRefund[]>();
    for (const [subject, state] of this.#states) {
      const view = viewPayment(state);
      if (view.kind !== 'refund') continue;
      // Who was named once has a row, also where another one turned out to be meant.
      for (const parent of state.parents) byParent.set(parent, byParent.get(parent) ?? []);
      if (view.parent === null) continue;
      const refunds = byParent.get(view.parent) ?? [];
      refunds.push({
        refundId: parseSubjectKey(subject).reference,
        status: refundStatusOf(view.status ?? 'pending'),
        amount: view.amount,
        failureCode: view.failureCode,
        aliases: Object.keys(state.refunds),
      });
      byParent.set(view.parent, refunds);
    }
    return byParent;
  }

  /** A register: the greatest (rank, time, fact id) speaks. */
  #tell(meaning: EventMeaning): void {
    const { tells } = meaning.event;
    if (tells.about !== 'subscription' && tells.about !== 'customer') return;
    if (!mayConfirm(meaning.trust)) return;
    if (this.#judge(meaning) !== 'first') return;
    const rank = tells.about === 'subscription' ? tells.fact.rank : 0;
    const word = tells.about === 'subscription' ? tells.fact.status : tells.fact.level;
    const order = `${String(rank).padStart(6, '0')} ${tells.fact.occurredAt ?? ''} ${meaning.eventId}`;
    const { subject } = meaning.observation;
    const before = this.#latest.get(subject);
    if (before === undefined || order > before.order) this.#latest.set(subject, { order, word });
  }

  #judge({ eventId, event }: EventMeaning): 'first' | 'duplicate' | 'conflict' {
    const facts = `${event.orderId ?? ''}\n${tellingText(event.tells)}`;
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
