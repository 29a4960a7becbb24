import type { DeliveryName } from './deliveries.js';
import { signedRequests } from './load-requests.js';
import { runLoad, type LoadOrder } from './load-run.js';

/** The sender as a process of its own; see `load.ts`. */
const count = Number(process.argv[2]);
const signed = new Map<DeliveryName, readonly Buffer[]>();
let next = 0;

process.on('message', (order: LoadOrder) => {
  const requests = signed.get(order.delivery) ?? signedRequests(order.delivery, count);
  signed.set(order.delivery, requests);
  // Goes on where the last run ended, and from the start once all are used up.
  const nextRequest = (): Buffer => {
    next = order.workload === 'duplicates' ? 0 : (next + 1) % requests.length;
    return requests[next] ?? Buffer.alloc(0);
  };
  runLoad(order, nextRequest).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
