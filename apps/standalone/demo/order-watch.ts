import type { MoneyJson } from '#ledger/money.js';
import type { Database } from '#read-models/database.js';

/** An order as the demo shows it. */
export type WatchedOrder = {
  readonly orderId: string;
  readonly status: string;
  readonly assurance: string;
  /** What somebody claims and nobody has confirmed or cleared yet. */
  readonly reported: string | null;
  readonly flags: readonly string[];
  readonly paid: readonly MoneyJson[];
  readonly refunded: readonly MoneyJson[];
};

export type OrderChange = { readonly before: WatchedOrder | null; readonly now: WatchedOrder };

const POLL_MS = 40;

/**
 * Follows some orders on the read side. The public order topic would not do: it carries trusted state
 * alone, and the demo shows claims as well.
 */
export class OrderWatch {
  readonly #seen = new Map<string, WatchedOrder>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly orderIds: readonly string[],
  ) {}

  get orders(): ReadonlyMap<string, WatchedOrder> {
    return this.#seen;
  }

  start(onChange: (change: OrderChange) => void): void {
    this.#running ??= this.#run(onChange);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(onChange: (change: OrderChange) => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const now of await this.#read()) {
        const before = this.#seen.get(now.orderId) ?? null;
        this.#seen.set(now.orderId, now);
        if (before === null || isShownAnew(before, now)) onChange({ before, now });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #read(): Promise<readonly WatchedOrder[]> {
    const { rows } = await this.database.query<OrderRow>(
      `select order_id, status, assurance, reported, flags, amounts from cuadre.orders
       where order_id = any($1) order by recorded_at, order_id`,
      [this.orderIds],
    );
    return rows.map(({ order_id: orderId, amounts, ...row }) => ({
      orderId,
      ...row,
      ...(JSON.parse(amounts) as Pick<WatchedOrder, 'paid' | 'refunded'>),
    }));
  }
}

type OrderRow = Pick<WatchedOrder, 'status' | 'assurance' | 'reported' | 'flags'> & {
  readonly order_id: string;
  readonly amounts: string;
};

function isShownAnew(before: WatchedOrder, now: WatchedOrder): boolean {
  return (
    before.status !== now.status ||
    before.assurance !== now.assurance ||
    before.reported !== now.reported
  );
}

export async function countOrders(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from cuadre.orders',
  );
  return rows[0]?.count ?? 0;
}
