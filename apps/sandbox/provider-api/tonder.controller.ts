import { randomBytes } from 'node:crypto';
import { Controller, Get, Headers, HttpException, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { BookEntry } from '../books/book-object.js';
import { Books } from '../books/books.js';
import { tonderTransaction } from '../plan/payloads/tonder/direct.js';
import { tonderHostedPayment, tonderSession } from '../plan/payloads/tonder/hosted.js';
import { tonderWithdrawalDetail } from '../plan/payloads/tonder/withdrawal.js';
import type { ObjectKind } from '../plan/scenario.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { Faults } from './faults.js';
import { misbehave } from './misbehave.js';

const REQUESTS_PER_MINUTE = 300;
const RETRY_AFTER_SECONDS = 2;

/**
 * Lookups of Tonder's Direct, Hosted Checkout and Withdrawals APIs ("Tonder API reference"), which are
 * on hosts of their own there and under one path here, with and without the Direct API's `/api/v1`.
 */
@Controller(['tonder', 'tonder/api/v1'])
export class TonderController {
  constructor(
    private readonly books: Books,
    private readonly accounts: SandboxAccounts,
    private readonly faults: Faults,
  ) {}

  @Get('transactions/:id')
  async transaction(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    const entry = await this.found(reply, {
      authorization,
      id,
      kinds: ['payment', 'refund', 'withdrawal'],
    });
    const isDirect =
      entry?.object.form !== 'withdrawals' && entry?.object.related.session === undefined;
    if (entry === null || !isDirect) {
      throw new HttpException(errorBody('not_found', 'Transaction not found'), 404);
    }
    return tonderTransaction(entry);
  }

  @Get('withdrawals/:id')
  async withdrawal(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    const entry = await this.found(reply, { authorization, id, kinds: ['withdrawal'] });
    if (entry?.object.form !== 'withdrawals') {
      throw new HttpException({ error: 'Not Found', message: 'Withdrawal not found' }, 404);
    }
    return tonderWithdrawalDetail(entry, this.accounts.environment);
  }

  @Get('checkout/v1/sessions/:id')
  async session(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    const entry = await this.found(reply, { authorization, id, kinds: ['session'] });
    if (entry === null) {
      throw new HttpException(errorBody('not_found', 'Session not found'), 404);
    }
    return tonderSession(entry, this.accounts.environment);
  }

  @Get('checkout/v1/payments/:id')
  async hostedPayment(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    const entry = await this.found(reply, { authorization, id, kinds: ['payment'] });
    if (entry?.object.related.session === undefined) {
      throw new HttpException(errorBody('not_found', 'Payment not found'), 404);
    }
    return tonderHostedPayment(entry, this.accounts.environment);
  }

  private async found(
    reply: FastifyReply,
    asked: { authorization: string | undefined; id: string; kinds: readonly ObjectKind[] },
  ): Promise<BookEntry | null> {
    await misbehave(reply, { faults: this.faults, provider: 'tonder' }, faultAnswers);
    const { apiKey = '' } = this.accounts.credentialsOf('tonder');
    if (apiKey === '' || asked.authorization !== `Token ${apiKey}`) {
      throw new HttpException(errorBody('authentication_failed', 'Invalid token.'), 401);
    }
    const entry = await this.books.find('tonder', asked.id);
    return entry !== null && asked.kinds.includes(entry.object.kind) ? entry : null;
  }
}

function faultAnswers() {
  const resetSeconds = Math.floor(Date.now() / 1_000) + RETRY_AFTER_SECONDS;
  return {
    error: errorBody('internal_error', 'Internal server error'),
    unauthorized: errorBody('authentication_failed', 'Invalid token.'),
    rateLimited: {
      body: {
        error: {
          code: 'rate_limit_exceeded',
          message: 'Too many requests',
          retry_after: RETRY_AFTER_SECONDS,
        },
      },
      headers: {
        'x-ratelimit-limit': String(REQUESTS_PER_MINUTE),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(resetSeconds),
      },
    },
  };
}

function errorBody(code: string, message: string): Record<string, unknown> {
  return {
    error: { code, message, type: 'request_error', details: {} },
    request_id: `req_${randomBytes(6).toString('hex')}`,
  };
}
