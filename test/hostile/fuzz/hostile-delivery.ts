import fc from 'fast-check';
import type { Source } from '#providers/account.js';
import { copyOf, formText, jsonText } from './document.js';
import { encodedBody, ENCODERS, type Encoder } from './encodings.js';
import type { GenuineBody } from './genuine.js';
import { mutated, OPERATIONS, type Mutation } from './mutations.js';
import { CANARIES, SPLICES } from './nasties.js';
import { proofOf } from './proof.js';

/** A request as the edge sees it. */
export type HostileDelivery = {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
};

type Recipe = {
  readonly origin: number;
  readonly noise: Uint8Array | null;
  readonly mutations: readonly Mutation[];
  readonly isForm: boolean;
  readonly encoder: Encoder;
  readonly at: number;
  readonly byte: number;
  readonly proof: 'right' | 'stale' | 'foreign' | 'none';
  readonly contentType: string;
  readonly extra: number;
};

const nat = fc.nat({ max: 100_000 });

/** Documented bodies with some changes, or noise; half of them with the right credentials. */
export function hostileDelivery(
  bodies: readonly GenuineBody[],
  source: Source,
): fc.Arbitrary<HostileDelivery> {
  const recipe: fc.Arbitrary<Recipe> = fc.record({
    origin: nat,
    noise: fc.oneof(
      { weight: 15, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    ),
    mutations: fc.array(
      fc.record({ operation: fc.constantFrom(...OPERATIONS), at: nat, pick: nat }),
      { maxLength: 3 },
    ),
    isForm: fc.boolean().chain((is) => (is ? fc.boolean() : fc.constant(false))),
    encoder: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Encoder>('as-is') },
      { weight: 1, arbitrary: fc.constantFrom(...ENCODERS) },
    ),
    at: nat,
    byte: fc.nat({ max: 255 }),
    proof: fc.constantFrom<Recipe['proof'][]>(
      'right',
      'right',
      'right',
      'stale',
      'foreign',
      'none',
    ),
    contentType: fc.constantFrom(...CONTENT_TYPES),
    extra: nat,
  });
  return recipe.map((made) => deliveryOf(made, { bodies, source }));
}

function deliveryOf(
  recipe: Recipe,
  { bodies, source }: { readonly bodies: readonly GenuineBody[]; readonly source: Source },
): HostileDelivery {
  const { proof, extra } = recipe;
  const body = bodyOf(recipe, bodies);
  const order = ORDERS[extra % ORDERS.length] ?? '';
  const right = proofOf(source.verification, {
    body: proof === 'stale' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    order,
    pick: extra,
  });
  const isProven = proof === 'right' || proof === 'stale';
  const credentials = isProven
    ? right
    : { headers: {}, query: QUERIES[extra % QUERIES.length] ?? '' };
  const headers = {
    'content-type': recipe.contentType,
    ...EXTRA_HEADERS[extra % EXTRA_HEADERS.length],
    ...(proof === 'foreign' ? { 'x-signature': 'a'.repeat(64), authorization: 'Bearer x' } : {}),
    ...credentials.headers,
  };
  // A signature inside the body was made for these bytes and goes with them.
  return { body: proof === 'right' ? right.body : body, headers, query: credentials.query };
}

function bodyOf(recipe: Recipe, bodies: readonly GenuineBody[]): Buffer {
  if (recipe.noise !== null) return Buffer.from(recipe.noise);
  const origin = bodies[recipe.origin % bodies.length];
  if (origin === undefined) throw new Error('There is no body to begin with.');
  const document = recipe.mutations.reduce(mutated, copyOf(origin.document));
  const text = recipe.isForm !== origin.isForm ? formText(document) : jsonText(document);
  return encodedBody(text, recipe);
}

const CONTENT_TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  '',
  ';;;',
] as const;

const EXTRA_HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'identity' },
  { 'content-encoding': 'br, gzip' },
  { 'content-length': '-1' },
  { 'content-length': 'x' },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { traceparent: `00-${'0'.repeat(400)}` },
  ...CANARIES.map((canary) => ({
    'user-agent': `agent/1 ${canary}`,
    'x-request-id': canary,
    cookie: `session=${canary}`,
    authorization: `Bearer ${canary}`,
  })),
];

const ORDERS = [
  'ORD-1',
  '',
  'a b',
  'x'.repeat(201),
  '\u0000',
  '\u{1F4B8}',
  ...SPLICES.all,
  ...CANARIES,
];
const QUERIES = [
  '',
  't=wrong-credential',
  'ref=ORD-1&t=',
  'ref=ORD-1&t=k1.0000000000000000000000000000000000000000000000000000000000000000',
  '__proto__=1&constructor=2&toString=3&ref=x',
  '%00=%00&%ff=%ff&%=%&=&&',
  'a&'.repeat(200),
  ...CANARIES.flatMap((canary) => {
    const text = encodeURIComponent(canary);
    return [`ref=${text}&t=${text}`, `${text}=1&ref=ORD-1`, `ref=ORD-1&name=${text}`];
  }),
];
