import { fastify } from 'fastify';
import { DELIVERY_NAMES } from '../deliveries.js';
import { checkByHand, sealByHand } from './by-hand.js';

/**
 * The least that an honest edge does: checks the credential or the signature over the raw bytes, seals
 * them, has `store` make them durable, answers. Nothing is taken out of the body, counted, logged or
 * traced.
 */
export async function serveBare(store: (sealed: Buffer) => Promise<unknown>): Promise<void> {
  const server = fastify({ logger: false });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  for (const name of DELIVERY_NAMES) {
    server.post(`/webhooks/${name}`, async ({ raw, headers, body: received }, reply) => {
      const body = received as Buffer;
      const query = raw.url?.split('?')[1] ?? '';
      if (!checkByHand(name, { query, headers, body })) return reply.code(401).send();
      await store(sealByHand(body));
      return reply.header('content-type', 'application/json').send('{"status":"accepted"}');
    });
  }
  await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
  process.once('SIGTERM', () => process.exit(0));
}
