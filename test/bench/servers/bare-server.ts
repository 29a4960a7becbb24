import {
  createCipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { fastify } from 'fastify';
import { SIGNATURE_HEADER, SIGNING_SECRET } from '../load-requests.js';

const signingKey = createSecretKey(Buffer.from(SIGNING_SECRET));
const sealingKey = createSecretKey(randomBytes(32));
const NONCE_BYTES = 12;

/**
 * The least that an honest edge does: checks the signature over the raw bytes, seals them, has `store`
 * make them durable, answers. Nothing is parsed, counted, logged or traced.
 */
export async function serveBare(store: (sealed: Buffer) => Promise<unknown>): Promise<void> {
  const server = fastify({ logger: false });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.post('/webhooks/:source', async (request, reply) => {
    const body = request.body as Buffer;
    if (!isAuthentic(body, request.headers[SIGNATURE_HEADER])) return reply.code(401).send();
    await store(seal(body));
    return reply.header('content-type', 'application/json').send('{"status":"accepted"}');
  });
  await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
  process.once('SIGTERM', () => process.exit(0));
}

function isAuthentic(body: Buffer, signature: string | string[] | undefined): boolean {
  if (typeof signature !== 'string' || signature.length !== 64) return false;
  const expected = createHmac('sha256', signingKey).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

function seal(body: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
  const ciphertext = cipher.update(body);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}
