import { setTimeout as sleep } from 'node:timers/promises';
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  Param,
  Post,
  Req,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Books } from '../books/books.js';
import { cobruDetail } from '../plan/cobru-payload.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { AccessTokens } from './access-tokens.js';
import { Faults } from './faults.js';

/**
 * The two endpoints of Cobru's API that confirm a payment, with its own shapes and errors (providers'
 * notes 2.1, 2.3, 2.7). There is no lookup by the merchant's reference, because Cobru has none.
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
    @Req() request: FastifyRequest,
    @Headers('x-api-key') apiKey: string | undefined,
    @Body() body: unknown,
  ): Promise<{ readonly access: string }> {
    await this.misbehave(request);
    const credentials = this.credentials();
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
    @Req() request: FastifyRequest,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Param('url') url: string,
  ): Promise<Record<string, unknown>> {
    await this.misbehave(request);
    const bearer = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    const isKnown = headers['x-api-key'] === this.credentials()['apiKey'];
    if (!isKnown || !this.tokens.isValid(bearer, Date.now())) {
      throw new HttpException(
        { detail: 'Given token not valid for any token type', code: 'token_not_valid' },
        401,
      );
    }
    const entry = await this.books.find('cobru', url);
    if (entry === null) throw new HttpException({ detail: 'Not found.' }, 404);
    return cobruDetail(entry.payment, entry.history);
  }

  private credentials(): Readonly<Record<string, string>> {
    return this.accounts.played.cobru?.account.api?.credentials ?? {};
  }

  private async misbehave(request: FastifyRequest): Promise<void> {
    const { fault, delayMs } = this.faults.take();
    if (fault === 'slow') await sleep(delayMs);
    if (fault === 'down') request.raw.socket.destroy();
    if (fault === 'error') throw new HttpException('<h1>Server Error (500)</h1>', 500);
    if (fault === 'unauthorized-once') {
      throw new HttpException({ detail: 'Given token not valid for any token type' }, 401);
    }
  }
}
