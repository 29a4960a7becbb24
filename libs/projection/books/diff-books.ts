import type { EventLog } from '#event-log/event-log.js';
import { PositionLost } from '#event-log/event-log.js';
import { subjectIdOf } from '#events/ids.js';
import { emptyPayment, withRuling, type PaymentState } from '#ledger/payment/payment-state.js';
import { assertBalanced, type Layer, type Posting } from '#ledger/posting/posting.js';
import {
  POSTING_RULES,
  postingRuleOf,
  withPostingRule,
  type PostingRule,
  type PostingRules,
} from '#ledger/posting/rules.js';
import { inTransaction, type Database } from '#read-models/database.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';
import { liveGeneration } from '../generations.js';
import {
  bookedSubjects,
  foldedPositions,
  parkedPositions,
  type BookedSubject,
  type BooksSnapshot,
} from './booked-subjects.js';
import { replaySubjects } from './replay-subjects.js';
import { subjectPostings } from './subject-postings.js';

/** What an account, in one layer and currency, has in the live books and would have. */
export type AccountDifference = {
  readonly layer: Layer;
  readonly account: string;
  readonly currency: string;
  readonly exponent: number;
  readonly liveMinor: bigint;
  readonly proposedMinor: bigint;
};

export type PaymentDifference = {
  readonly paymentId: string;
  readonly subject: string;
  /** Name of the rule that it would follow. */
  readonly rule: string;
  /** The live books are not what the rules in force make of the log: nobody's proposal. */
  readonly isDrifted: boolean;
  /** Only what differs. */
  readonly accounts: readonly AccountDifference[];
  /** Balanced entries of today that would turn the live books into the proposed ones. */
  readonly corrections: readonly Posting[];
};

export type BooksDiff = {
  readonly records: bigint;
  readonly payments: number;
  readonly differing: number;
  readonly drifted: number;
  /** Over all payments, only what differs, by account. */
  readonly accounts: readonly AccountDifference[];
};

export type DiffProgress = {
  readonly step: 'replayed';
  readonly records: bigint;
  readonly of: bigint;
};

/**
 * Replays the log in memory beside the live books as one snapshot has them, under a further posting rule or
 * as if every payment were ruled to be corrected, and tells what would differ, payment by payment. Writes
 * nothing; live folding goes on meanwhile. Memory holds the payments of one partition at a time.
 *
 * What would only be dated otherwise, and end in the same balances, is no difference: no entry of today
 * could mend it.
 */
export async function diffBooks(
  { database, log }: { readonly database: Database; readonly log: EventLog },
  options: {
    /** Those that the live books follow; default: those in force. */
    readonly rules?: PostingRules;
    /** One more rule; null: every payment by the rule that is in force at `at`. */
    readonly rule: PostingRule | null;
    /** When the corrections would be booked, ISO 8601. */
    readonly at: string;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: DiffProgress) => void;
    readonly onDifference: (difference: PaymentDifference) => void;
  },
): Promise<BooksDiff> {
  const low = await log.startPositions();
  return inTransaction(database, async (db) => {
    await db.query('set transaction isolation level repeatable read read only');
    // The replay of a partition may take minutes, in which this session waits.
    await db.query('set local idle_in_transaction_session_timeout = 0');
    await db.query('set local statement_timeout = 0');
    const generation = await liveGeneration(db);
    const snapshot = { db, schema: foldSchemaName(generation), generation };
    const ends = await foldedPositions(snapshot);
    const total = ends.reduce((sum, end) => sum + end, 0n);
    const tally = new Tally(options);
    for (const [partition, end] of ends.entries()) {
      if ((low[partition] ?? 0n) > 0n && end > 0n) {
        throw new PositionLost(`Partition ${partition} no longer starts at 0: cannot replay.`);
      }
      const states = await replaySubjects(log, {
        partition,
        end,
        parked: await parkedPositions(snapshot, partition),
        signal: options.signal,
        onRead: (records) => {
          tally.records += BigInt(records);
          options.onProgress({ step: 'replayed', records: tally.records, of: total });
        },
      });
      await comparePartition(snapshot, { partition, states, tally });
    }
    return tally.result();
  });
}

/** Every subject of either side, those with entries in the order of their keys. */
async function comparePartition(
  snapshot: BooksSnapshot,
  {
    partition,
    states,
    tally,
  }: {
    readonly partition: number;
    readonly states: ReadonlyMap<string, PaymentState>;
    readonly tally: Tally;
  },
): Promise<void> {
  const missing = new Set(states.keys());
  for await (const booked of bookedSubjects(snapshot, partition)) {
    missing.delete(booked.subject);
    tally.compare(booked, states.get(booked.subject) ?? emptyPayment);
  }
  for (const subject of missing) {
    tally.compare({ subject, balances: new Map() }, states.get(subject) ?? emptyPayment);
  }
}

class Tally {
  records = 0n;
  readonly #rules: PostingRules;
  readonly #proposedRules: PostingRules;
  readonly #accounts = new Map<string, AccountDifference>();
  #payments = 0;
  #differing = 0;
  #drifted = 0;

  constructor(
    private readonly options: {
      readonly rules?: PostingRules;
      readonly rule: PostingRule | null;
      readonly at: string;
      readonly onDifference: (difference: PaymentDifference) => void;
    },
  ) {
    const { rules = POSTING_RULES, rule } = options;
    this.#rules = rules;
    this.#proposedRules = rule === null ? rules : withPostingRule(rules, rule);
  }

  compare({ subject, balances: live }: BookedSubject, state: PaymentState): void {
    const { rule, at } = this.options;
    const ruled = rule === null ? withRuling(state, at) : state;
    const proposed = balancesOf(subjectPostings(subject, ruled, this.#proposedRules));
    const current = balancesOf(subjectPostings(subject, state, this.#rules));
    const accounts = differing(live, proposed);
    const isDrifted = differing(live, current).length > 0;
    this.#payments += 1;
    if (isDrifted) this.#drifted += 1;
    if (accounts.length === 0) return;
    this.#differing += 1;
    for (const one of accounts) this.#add(one);
    const { name } = postingRuleOf(this.#proposedRules, ruled);
    this.options.onDifference({
      paymentId: subjectIdOf(subject),
      subject,
      rule: name,
      isDrifted,
      accounts,
      corrections: correctionsOf(accounts, { line: `correction:${name}`, at }),
    });
  }

  result(): BooksDiff {
    const accounts = [...this.#accounts.values()]
      .filter(({ liveMinor, proposedMinor }) => liveMinor !== proposedMinor)
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return {
      records: this.records,
      payments: this.#payments,
      differing: this.#differing,
      drifted: this.#drifted,
      accounts,
    };
  }

  #add(one: AccountDifference): void {
    const before = this.#accounts.get(keyOf(one));
    this.#accounts.set(keyOf(one), {
      ...one,
      liveMinor: one.liveMinor + (before?.liveMinor ?? 0n),
      proposedMinor: one.proposedMinor + (before?.proposedMinor ?? 0n),
    });
  }
}

type Balance = Omit<AccountDifference, 'liveMinor' | 'proposedMinor'> & { readonly minor: bigint };

function keyOf({ layer, account, currency, exponent }: Omit<Balance, 'minor'>): string {
  return `${layer} ${account} ${currency} ${exponent}`;
}

function balancesOf(postings: readonly Posting[]): ReadonlyMap<string, Balance> {
  const balances = new Map<string, Balance>();
  for (const { layer, currency, exponent, legs } of postings) {
    for (const { account, minor } of legs) {
      const place = { layer, account, currency, exponent };
      const before = balances.get(keyOf(place))?.minor ?? 0n;
      balances.set(keyOf(place), { ...place, minor: before + minor });
    }
  }
  return balances;
}

function differing(
  live: ReadonlyMap<string, Balance>,
  proposed: ReadonlyMap<string, Balance>,
): readonly AccountDifference[] {
  return [...new Map([...live, ...proposed])]
    .map(([key, { layer, account, currency, exponent }]) => ({
      layer,
      account,
      currency,
      exponent,
      liveMinor: live.get(key)?.minor ?? 0n,
      proposedMinor: proposed.get(key)?.minor ?? 0n,
    }))
    .filter(({ liveMinor, proposedMinor }) => liveMinor !== proposedMinor);
}

/** One balanced set for each layer and currency. */
function correctionsOf(
  accounts: readonly AccountDifference[],
  { line, at }: { readonly line: string; readonly at: string },
): readonly Posting[] {
  const sets = Map.groupBy(
    accounts,
    ({ layer, currency, exponent }) => `${layer} ${currency} ${exponent}`,
  );
  return [...sets.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { layer, currency, exponent } = first;
    const legs = [first, ...others].map(({ account, liveMinor, proposedMinor }) => ({
      account,
      minor: proposedMinor - liveMinor,
    }));
    const correction: Posting = {
      line,
      layer,
      currency,
      exponent,
      effectiveAt: at,
      reason: 'rule-change',
      legs,
    };
    assertBalanced(correction);
    return [correction];
  });
}
