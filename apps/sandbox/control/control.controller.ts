import { randomInt } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '#platform/problem.js';
import { Books } from '../books/books.js';
import type { BookEntry } from '../books/book-object.js';
import { PlanRunner, type Plan, type PlanReport } from '../delivery/plan-runner.js';
import type { RetryPolicy } from '../delivery/retry-schedule.js';
import type { PlayedAccount } from '../plan/played-accounts.js';
import { eventNames, SCENARIOS } from '../plan/scenario-catalogue.js';
import { PLAYED_PROVIDERS, type PlayedProvider, type Scenario } from '../plan/scenario.js';
import { planSingle } from '../plan/single-plan.js';
import { planStorm } from '../plan/storm.js';
import { Faults, type FaultSetting } from '../provider-api/faults.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { DeliveryRequest, FaultRequest, StormRequest } from './control-requests.js';

const PLANS_MAX = 4;
/** Expected orders are listed in a storm's summary up to here. */
const ORDERS_LISTED_MAX = 200;

/**
 * How tests and the CLI drive the sandbox. For the loopback interface: it makes the sandbox send signed
 * webhooks. Plans answer with JSON lines: `plan`, `progress`, `answer`, `summary`.
 */
@Controller('sandbox/v1')
export class ControlController {
  readonly #underWay = new Set<AbortController>();

  constructor(
    private readonly books: Books,
    private readonly accounts: SandboxAccounts,
    private readonly faults: Faults,
    private readonly runner: PlanRunner,
  ) {}

  @Post('storms')
  @HttpCode(200)
  storm(@Body() request: StormRequest, @Res() reply: FastifyReply): void {
    const [first, ...others] = request.providers ?? this.playedProviders();
    if (first === undefined) throw new ProblemError('invalid-body');
    for (const provider of [first, ...others]) this.playedAccount(provider);
    const seed = request.seed ?? randomInt(1, 1_000_000);
    const plan = planStorm(
      {
        count: request.count,
        ratePerSecond: request.ratePerSecond,
        duplicatesPercent: request.duplicates,
        forgeriesPercent: request.forgeries,
        hostilePercent: request.hostile,
        reorderWindow: request.reorderWindow,
        ...trafficOf(request),
        providers: [first, ...others],
        accounts: this.accounts.played,
      },
      seed,
    );
    const isListed = plan.orders.length <= ORDERS_LISTED_MAX;
    this.stream(reply, plan, {
      head: { seed, deliveries: plan.deliveries.length, orders: plan.orders.length },
      tail: { seed, expected: isListed ? plan.orders : [], byStatus: countByStatus(plan.orders) },
      hasAnswers: false,
      retries: retriesOf(request),
      journal: request.journal ?? null,
    });
  }

  @Post('deliveries')
  @HttpCode(200)
  deliver(@Body() request: DeliveryRequest, @Res() reply: FastifyReply): void {
    const { provider } = request;
    const seed = randomInt(1, 2 ** 31);
    const plan = planSingle({
      provider,
      scenario: request.scenario ?? null,
      event: request.event ?? null,
      times: request.times,
      copies: request.dup,
      isForged: request.forge,
      forgery: request.forgery ?? null,
      reorderWindow: request.reorderWindow,
      traffic: { ratePerSecond: request.ratePerSecond, ...trafficOf(request) },
      replaced: request.set ?? {},
      orderId: request.orderId ?? null,
      played: this.playedAccount(provider),
      nowMs: Date.now(),
      name: seed.toString(36).toUpperCase(),
      seed,
      findByOrder: (orderId) => this.books.findByOrder(provider, orderId),
    });
    if ('refused' in plan) throw new ProblemError('invalid-body', { detail: plan.refused });
    const orders = new Set(plan.objects.map(({ orderId }) => orderId)).size;
    const head = { deliveries: plan.deliveries.length, orders };
    const retries = retriesOf(request);
    this.stream(reply, plan, { head, tail: {}, hasAnswers: true, retries, journal: null });
  }

  @Get('scenarios')
  scenarios(): { scenarios: readonly Scenario[]; events: Record<string, readonly string[]> } {
    const events = PLAYED_PROVIDERS.map((provider) => [provider, eventNames(provider)] as const);
    return { scenarios: SCENARIOS, events: Object.fromEntries(events) };
  }

  @Get('faults')
  currentFaults(): Record<string, FaultSetting> {
    return Object.fromEntries(PLAYED_PROVIDERS.map((one) => [one, this.faults.setting(one)]));
  }

  @Put('faults')
  setFault(@Body() { provider, fault, delayMs }: FaultRequest): Record<string, FaultSetting> {
    for (const one of provider === undefined ? PLAYED_PROVIDERS : [provider]) {
      this.faults.set(one, { fault, delayMs });
    }
    return this.currentFaults();
  }

  @Get('books/:reference')
  async book(@Param('reference') reference: string): Promise<BookEntry> {
    for (const provider of PLAYED_PROVIDERS) {
      const entry = await this.books.find(provider, reference);
      if (entry !== null) return entry;
    }
    throw new ProblemError('not-found', { detail: 'The books have nothing of this id.' });
  }

  /** Ends the plans under way; their streams end with a summary that says so. */
  beforeApplicationShutdown(): void {
    for (const plan of this.#underWay) plan.abort();
  }

  private playedProviders(): readonly PlayedProvider[] {
    return PLAYED_PROVIDERS.filter((provider) => this.accounts.played[provider] !== undefined);
  }

  private playedAccount(provider: PlayedProvider): PlayedAccount {
    const played = this.accounts.played[provider];
    if (played !== undefined) return played;
    throw new ProblemError('invalid-body', {
      detail: `The accounts file has no account of ${provider}, so its webhooks cannot be signed.`,
    });
  }

  private stream(reply: FastifyReply, plan: Plan, options: StreamOptions): void {
    if (this.#underWay.size >= PLANS_MAX) {
      const detail = `${PLANS_MAX} plans are under way already.`;
      throw new ProblemError('rate-limited', { detail, retryAfterSeconds: 5 });
    }
    const lines = new PassThrough();
    const write = (line: unknown): void => {
      if (lines.writable) lines.write(`${JSON.stringify(line)}\n`);
    };
    const abort = new AbortController();
    this.#underWay.add(abort);
    // Who asked has gone: nobody is left to see the rest.
    reply.raw.on('close', () => abort.abort());
    reply.type('application/x-ndjson').send(lines);
    write({ type: 'plan', ...options.head });
    this.runner
      .run(plan, {
        signal: abort.signal,
        hasAnswers: options.hasAnswers,
        journal: options.journal,
        retries: options.retries,
        onReport: (report) => write(lineOf(report)),
      })
      .then((summary) => write({ type: 'summary', ...summary, ...options.tail }))
      .catch((error: unknown) => write({ type: 'failed', detail: String(error) }))
      .finally(() => {
        this.#underWay.delete(abort);
        lines.end();
      });
  }
}

type StreamOptions = {
  readonly head: Readonly<Record<string, unknown>>;
  readonly tail: Readonly<Record<string, unknown>>;
  readonly hasAnswers: boolean;
  readonly retries: RetryPolicy;
  readonly journal: string | null;
};

function trafficOf({
  burst,
  delaySeconds,
  lose,
}: Pick<StormRequest, 'burst' | 'delaySeconds' | 'lose'>) {
  return { burst, delayMsMax: delaySeconds * 1_000, losePercent: lose };
}

function retriesOf({ retries, speed }: Pick<StormRequest, 'retries' | 'speed'>): RetryPolicy {
  return retries === 'provider' ? { kind: 'provider', speed } : { kind: 'persistent' };
}

function lineOf(report: PlanReport): unknown {
  if (report.type === 'progress') return report;
  const { delivery, answer } = report;
  return {
    type: 'answer',
    id: delivery.id,
    provider: delivery.provider,
    source: delivery.source,
    event: delivery.event,
    orderId: delivery.orderId,
    copy: delivery.copy,
    forgery: delivery.forgery,
    hostility: delivery.hostility,
    ...answer,
  };
}

function countByStatus(orders: readonly { readonly status: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of orders) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
