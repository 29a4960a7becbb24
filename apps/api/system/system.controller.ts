import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { HealthRegistry, type HealthKind, type HealthReport } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { ApiDescription } from './api-description.js';

const HEALTH_SCHEMA = {
  type: 'object',
  required: ['status', 'checks'],
  properties: {
    status: { type: 'string', enum: ['ok', 'failing'] },
    checks: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['status', 'durationMs', 'detail'],
        properties: {
          status: { type: 'string', enum: ['ok', 'failing'] },
          durationMs: { type: 'integer' },
          detail: { type: 'string', nullable: true },
        },
      },
    },
  },
};

const LINKS = {
  name: 'cuadre',
  links: {
    openapi: '/openapi.json',
    orders: '/v1/orders',
    payments: '/v1/payments',
    withdrawals: '/v1/withdrawals',
    subscriptions: '/v1/subscriptions',
    customers: '/v1/customers',
    settlements: '/v1/settlements',
    settlement: '/v1/settlements/{settlementId}',
    settlementImports: '/v1/settlements/imports',
    trialBalance: '/v1/ledger/trial-balance',
    balances: '/v1/ledger/balances',
    ledgerAccounts: '/v1/ledger/accounts',
    ledgerEntries: '/v1/ledger/entries',
    statement: '/v1/ledger/statement?account={account}',
    ledgerExport: '/v1/ledger/export',
    clearing: '/v1/ledger/clearing',
    suspense: '/v1/ledger/suspense',
    periods: '/v1/ledger/periods',
    corrections: '/v1/ledger/corrections',
    reviews: '/v1/reviews',
    lookup: '/v1/lookup?q={id}',
    parked: '/v1/parked',
    status: '/v1/status',
    health: '/healthz',
    readiness: '/readyz',
    metrics: '/metrics',
  },
} as const;

/** What needs no token: where things are, and whether the process is well. */
@ApiTags('system')
@Controller()
export class SystemController {
  readonly #health: HealthRegistry;
  readonly #metrics: Metrics;
  readonly #description: ApiDescription;

  constructor(health: HealthRegistry, metrics: Metrics, description: ApiDescription) {
    this.#health = health;
    this.#metrics = metrics;
    this.#description = description;
  }

  @Get()
  @ApiOperation({ operationId: 'getIndex', summary: 'Where things are' })
  @ApiOkResponse({ schema: { type: 'object' } })
  index(): typeof LINKS {
    return LINKS;
  }

  @Get('healthz')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Is the process itself well?' })
  @ApiOkResponse({ schema: HEALTH_SCHEMA })
  @ApiResponse({ status: 503, schema: HEALTH_SCHEMA, description: 'A check fails.' })
  async liveness(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.#check('liveness', reply);
  }

  @Get('readyz')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Can it serve just now?' })
  @ApiOkResponse({ schema: HEALTH_SCHEMA })
  @ApiResponse({ status: 503, schema: HEALTH_SCHEMA, description: 'A check fails.' })
  async readiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.#check('readiness', reply);
  }

  @Get('metrics')
  @ApiOperation({ operationId: 'getMetrics', summary: 'OpenMetrics, with exemplars' })
  @ApiOkResponse({ content: { 'application/openmetrics-text': { schema: { type: 'string' } } } })
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.#metrics.contentType);
    return this.#metrics.text();
  }

  @Get('openapi.json')
  @ApiOperation({ operationId: 'getOpenApi', summary: 'This description, OpenAPI 3.1' })
  @ApiOkResponse({ schema: { type: 'object' } })
  openapi(): object {
    return this.#description.document;
  }

  async #check(kind: HealthKind, reply: FastifyReply): Promise<HealthReport> {
    const report = await this.#health.check(kind);
    if (report.status !== 'ok') void reply.status(503);
    return report;
  }
}
