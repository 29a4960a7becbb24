import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Books } from '../books/books.js';
import { conomyPayment } from '../plan/payloads/conomy.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { AccessTokens } from './access-tokens.js';
import { conomyListing, isConomyPayment } from './conomy-listing.js';
import { Faults } from './faults.js';
import { misbehave } from './misbehave.js';

type RequestHeaders = Readonly<Record<string, string | undefined>>;

/**
 * Conomy's login and lookups ("Conomy API specification"): every call needs the API key, a bearer token
 * and a `User-Agent`. The listing has no filter by our reference, because Conomy's has none.
 */
@Controller('conomy')
export class ConomyController {
  constructor(
    private readonly books: Books,
    private readonly accounts: SandboxAccounts,
    private readonly tokens: AccessTokens,
    private readonly faults: Faults,
  ) {}

  @Post('auth')
  @HttpCode(200)
  async logIn(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers() headers: RequestHeaders,
    @Body() body: unknown,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(reply);
    const known = this.accounts.credentialsOf('conomy');
    const given = body as { clientId?: unknown; clientSecret?: unknown } | null;
    if (typeof given?.clientId !== 'string' || typeof given.clientSecret !== 'string') {
      throw refusal('missingParam', 'clientId and clientSecret are required');
    }
    const isKnown =
      headers['x-api-key'] === known['apiKey'] &&
      given.clientId === known['clientId'] &&
      given.clientSecret === known['clientSecret'];
    if (!isKnown) throw refusal('unauthorized', 'Invalid credentials');
    const expiresIn = AccessTokens.LIFETIME_SECONDS;
    return { accessToken: this.tokens.issue(Date.now()), tokenType: 'Bearer', expiresIn };
  }

  @Get('payments')
  async payments(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers() headers: RequestHeaders,
    @Query() query: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(reply);
    this.authorize(headers);
    const listing = conomyListing(this.books.entries(), query, this.accounts.environment);
    if ('refused' in listing) throw refusal('invalidParam', listing.refused);
    return listing;
  }

  @Get('payments/:id')
  async payment(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers() headers: RequestHeaders,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(reply);
    this.authorize(headers);
    const entry = await this.books.find('conomy', id);
    if (entry === null || !isConomyPayment(entry)) throw refusal('notFound', 'Payment not found');
    return conomyPayment(entry, this.accounts.environment);
  }

  private authorize(headers: RequestHeaders): void {
    const bearer = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    const isKnown = headers['x-api-key'] === this.accounts.credentialsOf('conomy')['apiKey'];
    if (!isKnown || !this.tokens.isValid(bearer, Date.now())) {
      throw refusal('unauthorized', 'Invalid or expired token');
    }
    if ((headers['user-agent'] ?? '') === '') {
      throw refusal('missingParam', 'User-Agent is required');
    }
  }

  private misbehave(reply: FastifyReply): Promise<void> {
    return misbehave(reply, { faults: this.faults, provider: 'conomy' }, () => ({
      error: errorBody('serverError', 'Internal error'),
      unauthorized: errorBody('unauthorized', 'Invalid or expired token'),
      // The names of its own headers are not documented.
      rateLimited: {
        body: errorBody('tooManyRequests', 'Too many requests'),
        headers: { 'retry-after': '2' },
      },
    }));
  }
}

/** "Conomy errors": the code is two characters of text. */
const ERRORS = {
  serverError: { code: '01', status: 500 },
  invalidParam: { code: '11', status: 400 },
  missingParam: { code: '12', status: 400 },
  notFound: { code: '31', status: 404 },
  tooManyRequests: { code: '32', status: 429 },
  unauthorized: { code: '41', status: 401 },
} as const;

function errorBody(type: keyof typeof ERRORS, detail: string): Record<string, unknown> {
  const { code, status } = ERRORS[type];
  return { status, code, type, detail, traceId: randomUUID() };
}

function refusal(type: keyof typeof ERRORS, detail: string): HttpException {
  return new HttpException(errorBody(type, detail), ERRORS[type].status);
}
