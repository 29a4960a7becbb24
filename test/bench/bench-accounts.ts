import { DELIVERIES, type DeliveryName } from './deliveries.js';

/** More than any sender here can send: a refusal would spoil the run. */
const RATE = { perSecond: 1_000_000, burst: 1_000_000 };

/** The accounts file: each delivery has an account and a source of its name. */
export function accountsOf(names: readonly DeliveryName[]): object {
  const accounts = names.map((name) => {
    const { provider, verification } = DELIVERIES[name];
    const source = { name, verification, rate: { verified: RATE, unverified: RATE } };
    return { id: name, provider, sources: [source] };
  });
  return { accounts };
}
