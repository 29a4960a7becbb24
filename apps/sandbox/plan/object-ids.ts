import type { BookObject } from '../books/book-object.js';
import { digestOf, slugFrom, uuidFrom } from './seeded-random.js';

/** An id as the provider gives them out, following from a name. */
export function referenceFrom(
  { provider, kind, related }: Pick<BookObject, 'provider' | 'kind' | 'related'>,
  name: string,
): string {
  const seed = `${provider}/${kind}/${name}`;
  switch (provider) {
    case 'cobru':
      return kind === 'payment' ? slugFrom(`cobru/${name}`) : numberFrom(seed);
    case 'conomy':
      return digestOf(seed).slice(0, 24);
    case 'mintcash':
      return uuidFrom(seed);
    case 'tonder':
      if (kind === 'payment' && related.session !== undefined) {
        return hostedPaymentId(related.session);
      }
      if (kind === 'session') return `cs_97_${numberFrom(seed)}_${digestOf(seed).slice(0, 32)}`;
      return kind === 'legacy' ? numberFrom(seed) : uuidFrom(seed);
  }
}

/** Twelve digits: enough to be unique, too few for a card number. */
export function numberFrom(name: string): string {
  return String(100_000_000_000n + (BigInt(`0x${digestOf(name).slice(0, 15)}`) % 899_999_999_999n));
}

/** A hosted session's id has the number of its payment in it: `cs_97_{number}_…`. */
export function hostedPaymentId(session: string): string {
  return session.split('_')[2] ?? session;
}
