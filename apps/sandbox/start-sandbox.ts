import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '#platform/logger.js';
import { NestLogger } from '#platform/nest-logger.js';
import type { Account } from '#providers/account.js';
import { Books } from './books/books.js';
import { requestValidation, SandboxErrors } from './control/sandbox-errors.js';
import { PlanRunner } from './delivery/plan-runner.js';
import { Faults } from './provider-api/faults.js';
import { SandboxAccounts } from './sandbox-accounts.js';
import { SandboxModule } from './sandbox.module.js';

export type SandboxOptions = {
  readonly accounts: readonly Account[];
  /** The books and journals are kept in `sandbox` below this folder. */
  readonly dataDir: string;
  /** Loopback unless a container needs more: the control API has no credentials. */
  readonly host: string;
  readonly port: number;
  /** Where the webhook sources are, e.g. `http://127.0.0.1:8080`. */
  readonly webhooksUrl: string;
  readonly logger: Logger;
};

export type RunningSandbox = {
  readonly url: string;
  readonly accounts: SandboxAccounts;
  readonly books: Books;
  readonly runner: PlanRunner;
  stop(): Promise<void>;
};

/** Opens the books and listens; each provider's API is below its name, the control API below `/sandbox/v1`. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const dir = join(options.dataDir, 'sandbox');
  // The first form of the books knew payments alone; its file is `books.jsonl`.
  const books = await Books.open(join(dir, 'books-2.jsonl'));
  const accounts = new SandboxAccounts(options.accounts);
  const runner = new PlanRunner({ books, webhooksUrl: options.webhooksUrl, dir });
  const app = await NestFactory.create<NestFastifyApplication>(
    SandboxModule.register({ books, accounts, runner, faults: new Faults() }),
    new FastifyAdapter({ bodyLimit: 65_536, routerOptions: { ignoreTrailingSlash: true } }),
    { logger: new NestLogger(options.logger), abortOnError: false },
  );
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new SandboxErrors());
  await app.listen({ port: options.port, host: options.host });
  return {
    url: await app.getUrl(),
    accounts,
    books,
    runner,
    stop: async () => {
      await app.close();
      books.close();
    },
  };
}
