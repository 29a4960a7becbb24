import type { Pool } from 'pg';
import { uuidV7 } from '#events/uuid.js';
import { fairShare } from '../fair-share.js';
import { Membership, type Assignment } from '../membership.js';

export type LeaseOptions = {
  readonly topicId: number;
  readonly partitions: number;
  readonly group: string;
  readonly leaseMs: number;
};

/**
 * Leases as rows, on the database's clock. Taking skips rows that somebody else is just taking, and
 * looks at the expiry again under the lock, so a partition has one holder at a time; a holder that
 * does not know yet that it lost one is left to the handler's fence.
 */
export class PostgresMembership extends Membership {
  override readonly leaseMs: number;
  /** Ordered by time: of unequal shares the eldest members hold the larger. */
  readonly #member = uuidV7();
  readonly #pool: Pool;
  readonly #options: LeaseOptions;
  readonly #scope: readonly [topicId: number, group: string, member: string];
  #isJoined = false;

  constructor(pool: Pool, options: LeaseOptions) {
    super();
    this.#pool = pool;
    this.#options = options;
    this.#scope = [options.topicId, options.group, this.#member];
    this.leaseMs = options.leaseMs;
  }

  override async heartbeat(): Promise<Assignment> {
    if (!this.#isJoined) await this.#join();
    const { partitions } = this.#options;
    const { rows } = await this.#pool.query<{ partition: number | null; member: string | null }>({
      name: 'event-log-renew',
      text: RENEW,
      values: [...this.#scope, this.leaseMs / 1_000],
    });
    const members = rows.flatMap(({ member }) => (member === null ? [] : [member]));
    const held = rows.flatMap(({ partition }) => (partition === null ? [] : [partition]));
    const share = fairShare(this.#member, { members, partitions });
    if (held.length < share) held.push(...(await this.#take(share - held.length)));
    return { partitions: held, share };
  }

  override async release(partitions: readonly number[]): Promise<void> {
    await this.#pool.query(RELEASE, [...this.#scope, partitions]);
  }

  override async leave(): Promise<void> {
    const every = Array.from({ length: this.#options.partitions }, (_, partition) => partition);
    await this.release(every);
    await this.#pool.query(LEAVE, [...this.#scope]);
  }

  async #join(): Promise<void> {
    const { topicId, group, partitions } = this.#options;
    await this.#pool.query(PREPARE, [topicId, group, partitions]);
    this.#isJoined = true;
  }

  async #take(count: number): Promise<readonly number[]> {
    const { rows } = await this.#pool.query<{ partition: number }>({
      name: 'event-log-take',
      text: TAKE,
      values: [...this.#scope, this.leaseMs / 1_000, count],
    });
    return rows.map(({ partition }) => partition);
  }
}

const PREPARE = `
insert into event_log.assignments (topic_id, group_name, partition)
select $1, $2, partition from generate_series(0, $3::int - 1) as partition
on conflict do nothing`;

const RENEW = `
with me as (
  insert into event_log.members (topic_id, group_name, member, leased_until)
  values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
  on conflict (topic_id, group_name, member) do update set leased_until = excluded.leased_until
), renewed as (
  update event_log.assignments
  set leased_until = clock_timestamp() + make_interval(secs => $4)
  where topic_id = $1 and group_name = $2 and member = $3
  returning partition
)
select partition, null::uuid as member from renewed
union all
select null, member from event_log.members
where topic_id = $1 and group_name = $2 and leased_until > clock_timestamp()`;

const TAKE = `
with free as (
  select partition from event_log.assignments
  where topic_id = $1 and group_name = $2 and leased_until < clock_timestamp()
  order by partition
  limit $5
  for update skip locked
)
update event_log.assignments a
set member = $3, leased_until = clock_timestamp() + make_interval(secs => $4)
from free
where a.topic_id = $1 and a.group_name = $2 and a.partition = free.partition
returning a.partition`;

const RELEASE = `
update event_log.assignments set member = null, leased_until = '-infinity'
where topic_id = $1 and group_name = $2 and member = $3 and partition = any ($4::smallint[])`;

/** Takes the long dead along: they left no other way. */
const LEAVE = `
delete from event_log.members
where topic_id = $1 and group_name = $2
  and (member = $3 or leased_until < clock_timestamp() - interval '1 hour')`;
