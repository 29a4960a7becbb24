import { Controller, Get } from '@nestjs/common';
import { scenariosOf } from '../plan/scenario-catalogue.js';
import { PLAYED_PROVIDERS, type PlayedProvider } from '../plan/scenario.js';
import { SandboxAccounts } from '../sandbox-accounts.js';

/** What there is, for whoever opens the sandbox's address. */
@Controller()
export class IndexController {
  constructor(private readonly accounts: SandboxAccounts) {}

  @Get()
  index(): Record<string, unknown> {
    return {
      sandbox: 'Stands in for payment providers: their webhooks and their APIs.',
      providers: PLAYED_PROVIDERS.map((provider) => ({
        provider,
        account: this.accounts.played[provider]?.account.id ?? null,
        webhooks: (this.accounts.played[provider]?.account.sources ?? []).map(
          ({ name }) => `/webhooks/${name}`,
        ),
        scenarios: scenariosOf(provider).length,
        api: API_ROUTES[provider],
      })),
      control: [
        'GET /sandbox/v1/scenarios',
        'POST /sandbox/v1/deliveries {provider, scenario | event, orderId, times, dup, forge, set, …}',
        'POST /sandbox/v1/storms {count, seed, ratePerSecond, duplicates, forgeries, hostile, lose, …}',
        'GET /sandbox/v1/books/{reference}',
        'GET, PUT /sandbox/v1/faults {provider, fault, delayMs}',
      ],
      try: [
        'npx cuadre send --list',
        'npx cuadre send --provider conomy --scenario review-approved',
        'npx cuadre send --provider tonder --event paid --order ORD-1 --dup 2',
        'npx cuadre send --provider mintcash --scenario paid --lose 50 --speed 60',
        'npx cuadre send --storm 500 --duplicates 30 --forgeries 5 --hostile 5 --reorder 50',
      ],
    };
  }
}

const API_ROUTES: Readonly<Record<PlayedProvider, readonly string[]>> = {
  cobru: [
    'POST /cobru/token/refresh/',
    'GET /cobru/cobru_detail/{url}',
    'GET /cobru/thirdpartywithdraw/{id}',
  ],
  conomy: ['POST /conomy/auth', 'GET /conomy/payments/{id}', 'GET /conomy/payments'],
  mintcash: ['GET /mintcash/payments/{id}', 'GET /mintcash/subscriptions/{id}'],
  tonder: [
    'GET /tonder/transactions/{id}/',
    'GET /tonder/withdrawals/{id}/',
    'GET /tonder/checkout/v1/sessions/{id}',
    'GET /tonder/checkout/v1/payments/{paymentId}',
  ],
};
