import { Module, type DynamicModule } from '@nestjs/common';
import { Books } from './books/books.js';
import { AccessTokens } from './cobru-api/access-tokens.js';
import { CobruController } from './cobru-api/cobru.controller.js';
import { Faults } from './cobru-api/faults.js';
import { ControlController } from './control/control.controller.js';
import { PlanRunner } from './delivery/plan-runner.js';
import { SandboxAccounts } from './sandbox-accounts.js';

export type SandboxDependencies = {
  readonly books: Books;
  readonly accounts: SandboxAccounts;
  readonly runner: PlanRunner;
  readonly faults: Faults;
};

/** Stands in for the providers: their webhooks and their APIs, honest or hostile. */
@Module({})
export class SandboxModule {
  static register({ books, accounts, runner, faults }: SandboxDependencies): DynamicModule {
    return {
      module: SandboxModule,
      controllers: [CobruController, ControlController],
      providers: [
        { provide: Books, useValue: books },
        { provide: SandboxAccounts, useValue: accounts },
        { provide: PlanRunner, useValue: runner },
        { provide: Faults, useValue: faults },
        { provide: AccessTokens, useValue: new AccessTokens() },
      ],
    };
  }
}
