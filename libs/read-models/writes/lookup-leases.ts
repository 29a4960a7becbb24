import type { Database } from '../database.js';

/** A lookup that one process may make now. */
export type LookupLease = {
  /** Subject key. */
  readonly subject: string;
  readonly account: string;
  readonly provider: string;
  /** The subject's last folded position: what the answer will be as of. */
  readonly asOf: bigint;
  /** Failed attempts so far. */
  readonly attempts: number;
  /** Trace context of the claim that waits for the answer, where it had one. */
  readonly claimTraceparent: string | null;
  readonly owner: string;
};

export type FailedAttempt = {
  /** Shown to operators: no payload, no secret. */
  readonly reason: string;
  /** What the provider asked for, where it did. */
  readonly retryAfterMs: number | null;
  /** Upper bound of the back-off. */
  readonly backoffMsMax: number;
};

const LEASE_MS = 30_000;
const BACKOFF_MS = 1_000;
const REASON_CHARACTERS_MAX = 200;
/** The row of what waits no more is of no use: only takes that still saw it wait are outlasted. */
const KEPT_MS = 60_000;

/** How many that came last are considered for their turn, and get their row at once. */
const NEWEST_ROWS = 100;
const SEARCH_INTERVAL_MS = 5_000;
const ADDED_ROWS_MAX = 10_000;

/**
 * Of claims that no order is known for, who gets the next lookup, in turn. Claims can be forged faster
 * than lookups are allowed, so no single order would do: behind those that failed least, the ones that
 * a provider never answers for would have no turn while new ones come; behind the oldest, what comes
 * now would have none.
 */
const TURNS = ['fewest-attempts', 'newest', 'fewest-attempts', 'longest-due'] as const;

type Turn = (typeof TURNS)[number];

/** In the queue, not leased, not backing off, and not answered by what is still to be folded. */
const IS_DUE = `
  a.next_attempt_at <= now()
  and (a.leased_until is null or a.leased_until < now())
  and (a.answered_as_of is null or a.answered_as_of < q.due_position)`;

/**
 * Who may ask the provider for what, and when: rows of `ops.lookup_attempts` beside the folded work
 * queue, leased on the database's clock, so that several processes never ask for one claim at once.
 */
export class LookupLeases {
  /** How many leases each account was given, for its turns. */
  private readonly taken = new Map<string, number>();
  private readonly searchedAtMs = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly leaseMs: number = LEASE_MS,
  ) {}

  /**
   * Leases what is due for an account: attributed subjects first, those that failed least and then wait
   * longest before others; what is left over goes to the others by `TURNS`.
   */
  async take(
    account: string,
    { limit, owner }: { readonly limit: number; readonly owner: string },
  ): Promise<readonly LookupLease[]> {
    const turns = this.turnsOf(account, limit);
    await this.addMissing(account);
    const { rows } = await this.database.query<LeaseRow>({
      name: 'lookup-leases.take',
      text: `
        with known as (
          ${dueRows('q.is_known', { order: 'a.attempts, a.since', limit: '$2' })}
        ), newest as (
          ${dueRows('true', {
            from: `(${newestOf('not q.is_known')})`,
            order: 'a.since desc',
            limit: '$5',
          })}
        ), longest_due as (
          ${dueRows('not q.is_known and a.attempts > 0', {
            order: 'a.next_attempt_at',
            limit: '$6',
          })}
        ), fewest_attempts as (
          ${dueRows('not q.is_known', { order: 'a.attempts, a.since', limit: '$2' })}
        ), due as (
          select subject, min(place) as place, min(attempts) as attempts, min(since) as since
          from (
            select 0 as place, * from known
            union all select 1, * from newest
            union all select 1, * from longest_due
            union all select 2, * from fewest_attempts
          ) found
          group by subject
          order by 2, 3, 4, 1
          limit $2
        ), leased as (
          update ops.lookup_attempts a
          set leased_until = now() + $3::int * interval '1 millisecond', lease_owner = $4,
              updated_at = now()
          from due where a.subject = due.subject
          returning a.subject, a.attempts, due.place
        )
        select q.subject, q.account, q.provider, q.last_position, leased.attempts, d.traceparent
        from leased
        join cuadre.work_queue q on q.subject = leased.subject and q.task = 'lookup'
        left join lateral (
          select d.traceparent from cuadre.deliveries d
          where d.subject_id = q.payment_id and d.position = q.due_position limit 1
        ) d on true
        order by leased.place, leased.attempts, q.since, q.subject`,
      values: [account, limit, this.leaseMs, owner, turns['newest'], turns['longest-due']],
    });
    this.taken.set(account, (this.taken.get(account) ?? 0) + rows.length);
    return rows.map((row) => ({
      subject: row.subject,
      account: row.account,
      provider: row.provider,
      asOf: BigInt(row.last_position),
      attempts: row.attempts,
      claimTraceparent: row.traceparent,
      owner,
    }));
  }

  /** The answer is in the log. The row is due again only for a claim that lies past it. */
  async answered({ subject, owner, asOf }: LookupLease): Promise<void> {
    await this.database.query({
      name: 'lookup-leases.answered',
      text: `update ops.lookup_attempts
             set answered_as_of = greatest(answered_as_of, $3::bigint), attempts = 0,
                 next_attempt_at = now(), last_error = null, updated_at = now(),
                 leased_until = case when lease_owner = $2 then null else leased_until end
             where subject = $1`,
      values: [subject, owner, asOf.toString()],
    });
  }

  /** Backs off: 1 s doubling to the bound, half of it by chance so that subjects do not march in step. */
  async failed({ subject, owner }: LookupLease, attempt: FailedAttempt): Promise<void> {
    await this.database.query({
      name: 'lookup-leases.failed',
      text: `update ops.lookup_attempts
             set attempts = attempts + 1, leased_until = null, last_error = $3, updated_at = now(),
                 next_attempt_at = now() + interval '1 millisecond' * greatest(
                   $4::float8,
                   least($5::float8, $6::float8 * power(2, least(attempts, 20)))
                     * (0.5 + random() / 2))
             where subject = $1 and lease_owner = $2`,
      values: [
        subject,
        owner,
        attempt.reason.slice(0, REASON_CHARACTERS_MAX),
        attempt.retryAfterMs ?? 0,
        attempt.backoffMsMax,
        BACKOFF_MS,
      ],
    });
  }

  /** Claims that wait for an answer, whether or not they may be asked for just now. */
  async countWaiting(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>({
      name: 'lookup-leases.count-waiting',
      text: `select count(*)::int as count
             from cuadre.work_queue q left join ops.lookup_attempts a on a.subject = q.subject
             where q.task = 'lookup'
               and (a.answered_as_of is null or a.answered_as_of < q.due_position)`,
    });
    return rows[0]?.count ?? 0;
  }

  /** Forgets subjects that have long been settled. */
  async prune(): Promise<void> {
    await this.database.query({
      name: 'lookup-leases.prune',
      text: `delete from ops.lookup_attempts a
             where a.updated_at < now() - $1::float8 * interval '1 millisecond'
               and not exists (select from cuadre.work_queue q where q.subject = a.subject)`,
      values: [KEPT_MS],
    });
  }

  /** How many of the next leases are whose turn. */
  private turnsOf(account: string, limit: number): Readonly<Record<Turn, number>> {
    const counts = { 'fewest-attempts': 0, newest: 0, 'longest-due': 0 };
    const start = this.taken.get(account) ?? 0;
    for (let place = start; place < start + limit; place += 1) {
      counts[TURNS[place % TURNS.length] ?? 'fewest-attempts'] += 1;
    }
    return counts;
  }

  /**
   * A lock needs a row: only then can two processes not both find it missing. What came last gets its row
   * at once; all that has none is a search through everything that waits, and not for every take.
   */
  private async addMissing(account: string): Promise<void> {
    const nowMs = performance.now();
    const isSearch = nowMs - (this.searchedAtMs.get(account) ?? -Infinity) >= SEARCH_INTERVAL_MS;
    if (isSearch) this.searchedAtMs.set(account, nowMs);
    const waiting = isSearch
      ? `select q.subject, q.account, q.since from cuadre.work_queue q
         where q.account = $1 and q.task = 'lookup'`
      : `select q.subject, q.account, q.since
         from ((${newestOf('q.is_known')}) union all (${newestOf('not q.is_known')})) q where true`;
    await this.database.query({
      name: `lookup-leases.${isSearch ? 'add-missing' : 'add-newest'}`,
      text: `insert into ops.lookup_attempts (subject, account, since)
             ${waiting}
               and not exists (select from ops.lookup_attempts a where a.subject = q.subject)
             limit ${ADDED_ROWS_MAX}
             on conflict (subject) do nothing`,
      values: [account],
    });
  }
}

/** What came last for an account: few rows of an index, however much waits. */
function newestOf(which: string): string {
  return `
    select q.subject, q.task, q.account, q.since, q.due_position from cuadre.work_queue q
    where q.account = $1 and q.task = 'lookup' and ${which}
    order by q.since desc limit ${NEWEST_ROWS}`;
}

/** Rows of attempts that may be leased for an account, `a`, of those that wait, `q`; locked. */
function dueRows(
  which: string,
  {
    from = 'cuadre.work_queue',
    order,
    limit,
  }: { readonly from?: string; readonly order: string; readonly limit: string },
): string {
  return `
    select a.subject, a.attempts, a.since
    from ops.lookup_attempts a
    join ${from} q on q.subject = a.subject and q.task = 'lookup'
    where a.account = $1 and ${which} and ${IS_DUE}
    order by ${order}
    limit ${limit}
    for update of a skip locked`;
}

type LeaseRow = {
  readonly subject: string;
  readonly account: string;
  readonly provider: string;
  readonly last_position: string;
  readonly attempts: number;
  readonly traceparent: string | null;
};
