import { InvariantError } from '#ledger/assert.js';
import type { Account } from '#providers/account.js';
import type { ClientPorts, ProviderClient } from '#providers/provider.js';
import { providerOf } from '#providers/registry.js';

/** The accounts that can be asked, each with its client: those with API access and a lookup. */
export class LookupClients {
  private readonly clients: ReadonlyMap<string, ProviderClient>;
  readonly accounts: readonly Account[];

  constructor(accounts: readonly Account[], ports: ClientPorts) {
    const clients = new Map<string, ProviderClient>();
    for (const account of accounts) {
      const open = account.api === null ? null : (providerOf(account.provider)?.client ?? null);
      if (open !== null) clients.set(account.id, open(account, ports));
    }
    this.clients = clients;
    this.accounts = accounts.filter(({ id }) => clients.has(id));
  }

  of(account: string): ProviderClient {
    const client = this.clients.get(account);
    if (client === undefined) throw new InvariantError(`Account ${account} cannot be asked.`);
    return client;
  }
}
