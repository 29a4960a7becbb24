import { uuidV7 } from '#events/uuid.js';
import { DELIVERIES, type DeliveryName } from './deliveries.js';

/** Every delivery another event of another payment, or one event over and over. */
export const WORKLOADS = ['unique', 'duplicates'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Whole HTTP requests, signed beforehand: the sender's work must not slow the sending down. */
export function signedRequests(delivery: DeliveryName, count: number): Buffer[] {
  const run = uuidV7();
  return Array.from({ length: count }, (_, n) => signedRequest(delivery, `${run}/${n}`));
}

function signedRequest(delivery: DeliveryName, name: string): Buffer {
  const { query, headers, body } = DELIVERIES[delivery].make(name);
  const head = [
    `POST /webhooks/${delivery}${query === '' ? '' : '?'}${query} HTTP/1.1`,
    'host: 127.0.0.1',
    `content-length: ${body.length}`,
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
