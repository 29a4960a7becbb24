import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { BookEntry } from '../books/book-object.js';
import { Books } from '../books/books.js';
import { cobruDetail, cobruThirdPartyWithdraw } from '../plan/payloads/cobru.js';
import type { ObjectKind } from '../plan/scenario.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { AccessTokens } from './access-tokens.js';
import { Faults } from './faults.js';
import { misbehave } from './misbehave.js';

/**
 * The endpoints of Cobru's API that tell what became of a payment or a withdrawal, with its own shapes
 * and errors ("Cobru production readiness page"). There is no lookup by the merchant's reference,
 * because Cobru has none.
 */
@Controller('cobru')
export class CobruController {
  constructor(
    private readonly books: Books,
    private readonly accounts: SandboxAccounts,
    private readonly tokens: AccessTokens,
    private readonly faults: Faults,
  ) {}

  @Post('token/refresh')
  @HttpCode(200)
  async refresh(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('x-api-key') apiKey: string | undefined,
    @Body() body: unknown,
  ): Promise<{ readonly access: string }> {
    await this.misbehave(reply);
    const credentials = this.accounts.credentialsOf('cobru');
    const given = body as { refresh?: unknown } | null;
    if (typeof given?.refresh !== 'string') {
      throw new HttpException({ refresh: ['This field is required.'] }, 400);
    }
    if (apiKey !== credentials['apiKey'] || given.refresh !== credentials['refreshToken']) {
      throw new HttpException(
        { detail: 'Token is invalid or expired', code: 'token_not_valid' },
        401,
      );
    }
    return { access: this.tokens.issue(Date.now()) };
  }

  @Get('cobru_detail/:url')
  async detail(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Param('url') url: string,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(reply);
    return cobruDetail(await this.found(headers, url, 'payment'));
  }

  @Get('thirdpartywithdraw/:id')
  async withdrawal(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(reply);
    const entry = await this.found(headers, id, 'bank-withdrawal');
    return cobruThirdPartyWithdraw(entry, this.accounts.environment);
  }

  private async found(
    headers: Readonly<Record<string, string | undefined>>,
    reference: string,
    kind: ObjectKind,
  ): Promise<BookEntry> {
    const bearer = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    const isKnown = headers['x-api-key'] === this.accounts.credentialsOf('cobru')['apiKey'];
    if (!isKnown || !this.tokens.isValid(bearer, Date.now())) {
      throw new HttpException(STALE_TOKEN, 401);
    }
    const entry = await this.books.find('cobru', reference);
    if (entry?.object.kind !== kind) throw new HttpException({ detail: 'Not found.' }, 404);
    return entry;
  }

  private misbehave(reply: FastifyReply): Promise<void> {
    return misbehave(reply, { faults: this.faults, provider: 'cobru' }, () => ({
      error: '<h1>Server Error (500)</h1>',
      unauthorized: STALE_TOKEN,
      // Not documented: what its framework answers with.
      rateLimited: {
        body: { detail: 'Request was throttled. Expected available in 2 seconds.' },
        headers: { 'retry-after': '2' },
      },
    }));
  }
}

const STALE_TOKEN = {
  detail: 'Given token not valid for any token type',
  code: 'token_not_valid',
} as const;
