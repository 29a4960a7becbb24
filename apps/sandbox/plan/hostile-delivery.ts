import { proven } from './credentials.js';
import { addressOf, type DeliveryParts, type PlannedDelivery } from './delivery.js';
import { HOSTILITIES, hostileBody, hostileContentType } from './hostile-body.js';
import { latest } from './payloads/told-object.js';
import { sourceFor } from './played-accounts.js';
import { digestOf, type SeededRandom } from './seeded-random.js';

/**
 * A body made to break its reader, about nothing that exists. Half of them carry the right credential:
 * a provider that was broken into, or has gone wrong.
 */
export function hostileDelivery(parts: DeliveryParts, random: SeededRandom): PlannedDelivery {
  const { played, told } = parts;
  const hostility = random.pick(HOSTILITIES);
  const { reference } = told.object;
  const id = `${reference}/${latest(told).step}/${hostility}`;
  const name = digestOf(`hostile/${id}`).slice(0, 24);
  const body = hostileBody(hostility, name);
  const { verification } = sourceFor(played, told.object);
  const isProven = random.isHit(50) && typeof body === 'string';
  const sent = isProven
    ? proven(
        verification,
        { text: body, object: { ...told.object, orderId: name, form: 'b' }, signedAtMs: 0 },
        { account: played.account },
      )
    : { headers: {}, query: {} };
  return {
    ...addressOf(parts),
    id,
    event: hostility,
    query: sent.query,
    headers: { 'content-type': hostileContentType(hostility), ...sent.headers },
    body: typeof body === 'string' ? Buffer.from(body) : body,
    isGenuine: false,
    hostility,
    expectedFinalStatus: null,
  };
}
