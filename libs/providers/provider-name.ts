/** The providers that Cuadre is made for; `registry.ts` tells which it can read. */
export const PROVIDER_NAMES = ['cobru', 'conomy', 'mintcash', 'tonder'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];
