import type { StoredRecord } from '#events/record.js';
import { parseSubjectKey } from '#events/subject.js';
import type { Money } from '#ledger/money.js';
import type { PaymentDetails } from '#ledger/payment/payment-fact.js';
import type { ReportLine } from '#ledger/payment/report-line.js';
import { mayConfirm } from '#ledger/trust.js';
import type { EventMeaning } from '#projection/fold-payments.js';
import { interpretRecord } from '#projection/interpret-record.js';

/**
 * A plain bookkeeper, written from the table of what is booked when, apart from the fold: it knows no
 * states, lines, batches or hashes. It keeps every telling of a subject, works out after each what should
 * be on which account at which time, and writes down the difference.
 */
export class BooksOracle {
  readonly #subjects = new Map<string, Subject>();
  readonly #events = new Set<string>();
  readonly #closedUntil = new Map<number, string>();
  /** By partition, subject, event, layer, account, currency, exponent and time. */
  readonly #journal = new Map<string, bigint>();

  record(record: StoredRecord): void {
    const { meaning, recordedAtMs } = interpretRecord(record, record.appendedAtMs);
    const { partition } = record;
    if (meaning.kind === 'period-close') {
      const before = this.#closedUntil.get(partition) ?? '';
      if (meaning.until > before) this.#closedUntil.set(partition, meaning.until);
    }
    if (meaning.kind !== 'event' || !mayConfirm(meaning.trust)) return;
    const { eventId, observation } = meaning;
    // What comes again under its key, with the same facts or with others, books nothing.
    if (this.#events.has(eventId)) return;
    const key = observation.subject;
    const subject = this.#subjects.get(key) ?? {
      tellings: [],
      lines: [],
      sheet: new Map<string, bigint>(),
    };
    if (!hear(subject, meaning, recordedAtMs)) return;
    this.#events.add(eventId);
    this.#subjects.set(key, subject);
    const before = subject.sheet;
    subject.sheet = sheetOf(key, subject);
    this.#write(`${partition} ${key} ${eventId}`, {
      before,
      after: subject.sheet,
      closedUntil: this.#closedUntil.get(partition) ?? '',
    });
  }

  /** `partition subject event layer account currency exponent time` → minor units, no zeros. */
  journal(): ReadonlyMap<string, bigint> {
    return new Map([...this.#journal].filter(([, minor]) => minor !== 0n));
  }

  #write(
    prefix: string,
    change: { readonly before: Sheet; readonly after: Sheet; readonly closedUntil: string },
  ): void {
    for (const key of new Set([...change.before.keys(), ...change.after.keys()])) {
      const minor = (change.after.get(key) ?? 0n) - (change.before.get(key) ?? 0n);
      const cut = key.lastIndexOf(' ') + 1;
      const time = key.slice(cut);
      const booked = time < change.closedUntil ? change.closedUntil : time;
      const entry = `${prefix} ${key.slice(0, cut)}${booked}`;
      this.#journal.set(entry, (this.#journal.get(entry) ?? 0n) + minor);
    }
  }
}

/** `layer account currency exponent time` → minor units: what should be there, as a whole. */
type Sheet = ReadonlyMap<string, bigint>;

type Telling = PaymentDetails & {
  readonly id: string;
  /** When it became true. */
  readonly at: string;
  /** Of a lookup's answer: as of which position, and when it was asked. */
  readonly asked: readonly [asOf: bigint, askedAtMs: bigint] | null;
};

type Subject = { readonly tellings: Telling[]; readonly lines: ReportLine[]; sheet: Sheet };

/** Keeps what an event says of its subject; false where it says nothing of money. */
function hear(
  { tellings, lines }: Subject,
  { event, eventId, observation }: EventMeaning,
  recordedAtMs: number,
): boolean {
  const { tells } = event;
  if (tells.about === 'report-line') {
    lines.push(tells.fact);
    return true;
  }
  if (tells.about !== 'payment') return false;
  const { fact } = tells;
  if (fact === null) return true;
  const { lookup } = observation;
  const occurredAt = fact.occurredAt ?? event.occurredAt;
  const at = occurredAt ?? new Date(recordedAtMs).toISOString();
  tellings.push({
    ...fact,
    occurredAt,
    id: eventId,
    at,
    asked: lookup === null ? null : [lookup.asOf, BigInt(lookup.askedAtMs)],
  });
  return true;
}

const RECEIVED = ['succeeded', 'partially_refunded', 'refunded'];
const OPEN = ['created', 'pending', 'authorized', 'in_review', 'processing'];

function sheetOf(subject: string, { tellings, lines }: Subject): Sheet {
  const { account, kind } = parseSubjectKey(subject);
  const writer = new SheetWriter();
  for (const { type, amount, paidAt: at } of lines) {
    // What the line is about: a movement, all that is open, a fee of the provider, or nobody knows.
    const isKnown = kind !== 'report-line' || type === 'payout';
    const credit =
      type === 'fee' && kind === 'report-line'
        ? `expenses:fees:${account}`
        : isKnown
          ? `assets:provider:${account}`
          : `suspense:${account}`;
    writer.move(amount, { debit: `assets:bank:${account}`, credit, at });
  }
  bookTellings(writer, subject, tellings);
  return writer.sheet;
}

function bookTellings(writer: SheetWriter, subject: string, tellings: readonly Telling[]): void {
  const { account, kind: named } = parseSubjectKey(subject);
  const heard = believed(tellings);
  const amount = firstStated(heard, ({ amount: stated }) => stated);
  const kinds = [named.endsWith('withdrawal') ? 'withdrawal' : '', ...tellings.map((t) => t.kind)];
  const provider = `assets:provider:${account}`;
  const merchant = 'liabilities:merchant';
  const status = heard[0]?.status ?? '';
  const first = (statuses: readonly string[]): string =>
    earliest(tellings.filter((one) => statuses.includes(one.status))) ?? earliest(tellings) ?? '';
  if (kinds.includes('refund')) {
    if (amount !== null && RECEIVED.includes(status)) {
      writer.move(amount, { debit: merchant, credit: provider, at: first(RECEIVED) });
    }
    return;
  }
  const fee = firstStated(heard, (telling) => telling.fee);
  const tax = firstStated(heard, (telling) => telling.tax);
  const costs = { account, fee, tax };
  if (kinds.includes('withdrawal')) {
    if (amount === null) return;
    const stated = firstStated(heard, (telling) => telling.net);
    const net = stated?.currency === amount.currency ? stated : null;
    const received = { ...amount, minor: net?.minor ?? amount.minor };
    if (OPEN.includes(status) || status === 'succeeded') {
      const at = first([...OPEN, 'succeeded']);
      writer.move(received, { debit: merchant, credit: 'liabilities:payouts', at });
    }
    if (status === 'succeeded') {
      const at = first(['succeeded']);
      writer.move(received, { debit: 'liabilities:payouts', credit: provider, at });
    }
    if (status === 'succeeded' || status === 'refunded') {
      const taken = status === 'succeeded' ? net : null;
      writer.cost(amount, { ...costs, net: taken, at: first([status]) });
    }
    return;
  }
  if (amount !== null && status === 'authorized') {
    const at = first(['authorized']);
    writer.move(amount, { debit: provider, credit: merchant, at, layer: 'pending' });
  }
  if (amount !== null && RECEIVED.includes(status)) {
    const at = first(RECEIVED);
    const credit = amount.minor < 0n ? `suspense:${account}` : merchant;
    writer.move(amount, { debit: provider, credit, at });
    const net = firstStated(heard, (telling) => telling.net);
    if (amount.minor >= 0n) writer.cost(amount, { ...costs, net, at });
  }
  const isApart = ['transaction', 'session', 'legacy'].includes(named);
  giveBack(writer, { tellings, heard, amount, account, isApart, first });
}

/** Each refund at its own time, and of what the provider states in total the rest. */
function giveBack(
  writer: SheetWriter,
  payment: {
    readonly tellings: readonly Telling[];
    readonly heard: readonly Telling[];
    readonly amount: Money | null;
    readonly account: string;
    /** Refunds have ids of their own, so a total may tell of them again. */
    readonly isApart: boolean;
    readonly first: (statuses: readonly string[]) => string;
  },
): void {
  const { tellings, heard, amount, account, isApart, first } = payment;
  const debit = isApart ? `suspense:${account}` : 'liabilities:merchant';
  const move = { debit, credit: `assets:provider:${account}` };
  const own = tellings.filter(({ asked }) => asked === null);
  const done = new Map<string, { amount: Money | null; at: string }>();
  for (const { refund, at } of own) {
    if (refund?.status !== 'succeeded') continue;
    const before = done.get(refund.refundId);
    const earlier = before !== undefined && before.at < at ? before.at : at;
    done.set(refund.refundId, { amount: refund.amount, at: earlier });
  }
  const refunds = [...done].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, refund]) => refund);
  for (const refund of refunds) {
    if (refund.amount !== null) writer.move(refund.amount, { ...move, at: refund.at });
  }
  const like = amount ?? refunds.find((refund) => refund.amount !== null)?.amount ?? null;
  if (like === null) return;
  const told = refunds
    .filter((refund) => refund.amount?.currency === like.currency)
    .reduce((sum, refund) => sum + (refund.amount?.minor ?? 0n), 0n);
  const looked = heard.filter(({ asked }) => asked !== null);
  const stated = [...own, ...looked]
    .filter(({ refundedTotal }) => refundedTotal?.currency === like.currency)
    .map(({ refundedTotal }) => refundedTotal?.minor ?? 0n);
  const rest = stated.reduce((a, b) => (a > b ? a : b), 0n) - told;
  if (rest <= 0n) return;
  const at = first(['partially_refunded', 'refunded']);
  writer.move({ ...like, minor: rest }, { ...move, at });
}

/** Who speaks, the loudest first: of each status the best telling, and the highest lookup that found it. */
function believed(tellings: readonly Telling[]): readonly Telling[] {
  const order = (a: Telling, b: Telling): number =>
    b.rank - a.rank || descending(a.occurredAt ?? '', b.occurredAt ?? '') || descending(a.id, b.id);
  const byStatus = Map.groupBy(
    tellings.filter(({ asked }) => asked === null),
    ({ status }) => status,
  );
  const best = [...byStatus.values()].flatMap((same) => {
    const topRank = Math.max(...same.map(({ rank }) => rank));
    const top = same.filter(({ rank }) => rank === topRank);
    const stating = top.filter(({ amount }) => amount !== null);
    return (stating.length > 0 ? stating : top).sort(order).slice(0, 1);
  });
  const [lookup] = tellings
    .filter(({ asked }) => asked !== null)
    .sort((a, b) => descending(lookupOrder(a), lookupOrder(b)));
  return [...best, ...(lookup === undefined ? [] : [lookup])].sort(order);
}

function lookupOrder({ asked, id }: Telling): string {
  const [asOf = 0n, askedAtMs = 0n] = asked ?? [];
  return `${String(asOf).padStart(20, '0')} ${String(askedAtMs).padStart(20, '0')} ${id}`;
}

function firstStated<T>(heard: readonly Telling[], pick: (one: Telling) => T | null): T | null {
  return heard.map(pick).find((value) => value !== null) ?? null;
}

function earliest(tellings: readonly Telling[]): string | undefined {
  return tellings.map(({ at }) => at).sort()[0];
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1;
}

class SheetWriter {
  readonly sheet = new Map<string, bigint>();

  move(
    money: Money,
    {
      debit,
      credit,
      at,
      layer = 'posted',
    }: {
      readonly debit: string;
      readonly credit: string;
      readonly at: string;
      readonly layer?: string;
    },
  ): void {
    this.#add(money, { layer, account: debit, at, minor: money.minor });
    this.#add(money, { layer, account: credit, at, minor: -money.minor });
  }

  /** What the provider kept, split by what it states; a tax inside the fee is taken out of it. */
  cost(
    gross: Money,
    {
      account,
      net,
      at,
      ...stated
    }: {
      readonly account: string;
      readonly net: Money | null;
      readonly fee: Money | null;
      readonly tax: Money | null;
      readonly at: string;
    },
  ): void {
    const like = (money: Money | null): bigint =>
      money !== null && money.currency === gross.currency ? money.minor : 0n;
    const kept = net?.currency === gross.currency ? gross.minor - net.minor : null;
    const tax = like(stated.tax);
    let fee = like(stated.fee);
    const cost = kept ?? fee + tax;
    if (fee === cost && tax > 0n && tax <= fee) fee -= tax;
    const parts: readonly (readonly [string, bigint])[] = [
      [`expenses:fees:${account}`, fee],
      [`expenses:taxes:${account}`, tax],
      [`suspense:${account}`, cost - fee - tax],
    ];
    for (const [debit, minor] of parts) {
      this.move({ ...gross, minor }, { debit, credit: `assets:provider:${account}`, at });
    }
  }

  #add(
    { currency, exponent }: Money,
    leg: {
      readonly layer: string;
      readonly account: string;
      readonly at: string;
      readonly minor: bigint;
    },
  ): void {
    const key = `${leg.layer} ${leg.account} ${currency} ${exponent} ${leg.at}`;
    this.sheet.set(key, (this.sheet.get(key) ?? 0n) + leg.minor);
  }
}
