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
const KEPT_MS = 86_400_000;

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
  constructor(
    private readonly database: Database,
    private readonly leaseMs: number = LEASE_MS,
  ) {}

  /** Leases what is due for an account: attributed subjects first, then those that wait longest. */
  async take(
    account: string,
    { limit, owner }: { readonly limit: number; readonly owner: string },
  ): Promise<readonly LookupLease[]> {
    await this.addMissing(account, limit);
    const { rows } = await this.database.query<LeaseRow>({
      name: 'lookup-leases.take',
      text: `
        with due as (
          select a.subject
          from ops.lookup_attempts a
          join cuadre.work_queue q on q.subject = a.subject and q.task = 'lookup'
          where q.account = $1 and ${IS_DUE}
          order by q.is_known desc, q.since, q.subject
          limit $2
          for update of a skip locked
        ), leased as (
          update ops.lookup_attempts a
          set leased_until = now() + $3::int * interval '1 millisecond', lease_owner = $4,
              updated_at = now()
          from due where a.subject = due.subject
          returning a.subject, a.attempts
        )
        select q.subject, q.account, q.provider, q.last_position, leased.attempts, d.traceparent
        from leased
        join cuadre.work_queue q on q.subject = leased.subject and q.task = 'lookup'
        left join lateral (
          select d.traceparent from cuadre.deliveries d
          where d.subject_id = q.payment_id and d.position = q.due_position limit 1
        ) d on true
        order by q.is_known desc, q.since, q.subject`,
      values: [account, limit, this.leaseMs, owner],
    });
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

  /** A lock needs a row: only then can two processes not both find it missing. */
  private async addMissing(account: string, limit: number): Promise<void> {
    await this.database.query({
      name: 'lookup-leases.add-missing',
      text: `insert into ops.lookup_attempts (subject)
             select q.subject
             from cuadre.work_queue q
             where q.account = $1 and q.task = 'lookup'
               and not exists (select from ops.lookup_attempts a where a.subject = q.subject)
             order by q.is_known desc, q.since, q.subject
             limit $2
             on conflict (subject) do nothing`,
      values: [account, limit],
    });
  }
}

type LeaseRow = {
  readonly subject: string;
  readonly account: string;
  readonly provider: string;
  readonly last_position: string;
  readonly attempts: number;
  readonly traceparent: string | null;
};
