import { latest, type ToldObject } from '../told-object.js';
import { tonderDirect } from './direct.js';
import { tonderHosted } from './hosted.js';
import { tonderLegacy } from './legacy.js';
import { tonderNested } from './nested.js';
import { tonderWithdrawal, tonderWithdrawalRefund } from './withdrawal.js';

/** The body of a Tonder webhook: each of its products has a shape of its own. */
export function tonderEvent(told: ToldObject): Record<string, unknown> {
  switch (told.object.form) {
    case 'nested':
    case 'nested-event':
    case 'confirmed':
      return tonderNested(told, told.object.form);
    case 'hosted':
    case 'hosted-event-type':
      return tonderHosted(told);
    case 'withdrawals':
      return latest(told).event === 'withdrawal.refund'
        ? tonderWithdrawalRefund(told)
        : tonderWithdrawal(told);
    case 'legacy':
      return tonderLegacy(told);
    case 'probe':
      // Sent when an URL is added in the dashboard; its content is not documented.
      return { message: 'Webhook test' };
    default:
      return tonderDirect(told);
  }
}
