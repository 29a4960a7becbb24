import { Module, type DynamicModule } from '@nestjs/common';
import { Books } from './books/books.js';
import { ControlController } from './control/control.controller.js';
import { IndexController } from './control/index.controller.js';
import { PlanRunner } from './delivery/plan-runner.js';
import { AccessTokens } from './provider-api/access-tokens.js';
import { CobruController } from './provider-api/cobru.controller.js';
import { ConomyController } from './provider-api/conomy.controller.js';
import { Faults } from './provider-api/faults.js';
import { MintCashController } from './provider-api/mintcash.controller.js';
import { TonderController } from './provider-api/tonder.controller.js';
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
      controllers: [
        IndexController,
        ControlController,
        CobruController,
        ConomyController,
        MintCashController,
        TonderController,
      ],
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
