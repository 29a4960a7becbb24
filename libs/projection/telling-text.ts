import type { Telling } from '#providers/provider.js';
import { detailsText, storeMoney } from './payment-codec.js';

/** What an event says, as text: equal facts, equal text. What a conflict is judged on. */
export function tellingText(tells: Telling): string {
  switch (tells.about) {
    case 'payment':
      return detailsText(tells.fact);
    case 'subscription':
      return JSON.stringify({ ...tells.fact, amount: storeMoney(tells.fact.amount) });
    case 'customer':
      return JSON.stringify(tells.fact);
    case 'report-line':
      return JSON.stringify({ ...tells.fact, amount: storeMoney(tells.fact.amount) });
  }
}
