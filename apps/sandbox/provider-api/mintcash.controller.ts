import { randomBytes } from 'node:crypto';
import { Controller, Get, Headers, HttpException, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { BookEntry } from '../books/book-object.js';
import { Books } from '../books/books.js';
import { mintcashPayment, mintcashSubscription } from '../plan/payloads/mintcash.js';
import type { ObjectKind } from '../plan/scenario.js';
import { SandboxAccounts } from '../sandbox-accounts.js';
import { Faults } from './faults.js';
import { misbehave } from './misbehave.js';

/** MintCash's lookups, with HTTP Basic and its own error shape ("MintCash API conventions"). */
@Controller('mintcash')
export class MintCashController {
  constructor(
    private readonly books: Books,
    private readonly accounts: SandboxAccounts,
    private readonly faults: Faults,
  ) {}

  @Get('payments/:id')
  async payment(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    return mintcashPayment(await this.found(reply, { authorization, id, kind: 'payment' }));
  }

  @Get('subscriptions/:id')
  async subscription(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
  ): Promise<Record<string, unknown>> {
    const entry = await this.found(reply, { authorization, id, kind: 'subscription' });
    return mintcashSubscription(entry, this.accounts.environment);
  }

  private async found(
    reply: FastifyReply,
    asked: { authorization: string | undefined; id: string; kind: ObjectKind },
  ): Promise<BookEntry> {
    await misbehave(reply, { faults: this.faults, provider: 'mintcash' }, () => ({
      error: errorBody('internal', 'internal error'),
      unauthorized: errorBody('unauthenticated', 'invalid credentials'),
      // Its limits are set per merchant; the answer is not documented.
      rateLimited: {
        body: errorBody('resource_exhausted', 'too many requests'),
        headers: { 'retry-after': '2' },
      },
    }));
    const { publicKey = '', secretKey = '' } = this.accounts.credentialsOf('mintcash');
    const pair = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
    if (secretKey === '' || asked.authorization !== `Basic ${pair}`) {
      throw new HttpException(errorBody('unauthenticated', 'invalid credentials'), 401);
    }
    const entry = await this.books.find('mintcash', asked.id);
    if (entry?.object.kind !== asked.kind) {
      throw new HttpException(errorBody('not_found', `${asked.kind} not found`), 404);
    }
    return entry;
  }
}

function errorBody(code: string, message: string): Record<string, unknown> {
  return { code, message, details: { requestId: `req_${randomBytes(12).toString('hex')}` } };
}
