import { z } from 'zod';
import type { SignatureWay, SourceVerification } from './account.js';

const SECRET_CHARACTERS_MIN = 16;
export const SecretValue = z.string().min(SECRET_CHARACTERS_MIN).max(500);

const Secret = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  value: SecretValue,
});
const Secrets = z.array(Secret).max(10).check(uniqueIds);
const HeaderName = z.string().regex(/^[a-z0-9-]{1,60}$/);
const ParameterName = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);
const FieldName = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);
const PartName = z.string().regex(/^[A-Za-z0-9_-]{1,10}$/);
const Enforcement = z.enum(['enforce', 'log']).optional();
const TOLERANCE_SECONDS_MAX = 86_400;

const WAY = {
  mode: z.literal('hmac'),
  algorithm: z.literal('sha256').default('sha256'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: z.string().max(40).default(''),
  in: z.enum(['header', 'bodyField']).default('header'),
  header: HeaderName.optional(),
  timestampHeader: HeaderName.nullish(),
  timestampPart: PartName.nullish(),
  toleranceSeconds: z.number().int().positive().max(TOLERANCE_SECONDS_MAX).nullish(),
  signedTemplate: z.enum(['{body}', '{timestamp}.{body}']).optional(),
  field: FieldName.optional(),
  signedMembers: z.array(FieldName).max(10).optional(),
} as const;

const Static = z
  .strictObject({
    mode: z.literal('static'),
    scheme: z.enum(['bearer', 'header', 'basic']),
    header: HeaderName.optional(),
    username: z
      .string()
      .regex(/^[\u0021-\u0039\u003b-\u007e]{1,100}$/)
      .optional(),
    secrets: Secrets.min(1),
    enforcement: Enforcement,
  })
  .check(({ value, issues }) => {
    issues.push(...staticProblems(value));
  });

/** As the file has it, before what depends on the provider is filled in. */
export const VerificationEntry = z.discriminatedUnion('mode', [
  z
    .strictObject({ ...WAY, secrets: Secrets.min(1), enforcement: Enforcement })
    .check(({ value, issues }) => {
      issues.push(...wayProblems(value));
    }),
  z.strictObject({
    mode: z.literal('any'),
    of: z
      .array(
        z.strictObject(WAY).check(({ value, issues }) => {
          issues.push(...wayProblems(value));
        }),
      )
      .min(1)
      .max(5),
    secrets: Secrets.min(1),
    enforcement: Enforcement,
  }),
  Static,
  z.strictObject({
    mode: z.literal('url'),
    parameter: ParameterName.default('t'),
    referenceParameter: ParameterName.default('ref'),
    secrets: Secrets.default([]),
    tokenKeys: Secrets.default([]),
  }),
  z.strictObject({ mode: z.literal('none') }),
]);

export type VerificationEntry = z.output<typeof VerificationEntry>;
type WayEntry = z.output<z.ZodObject<typeof WAY>>;
type StaticEntry = z.output<typeof Static>;
type Problem = z.core.$ZodRawIssue;

/**
 * The verification that an entry means.
 *
 * @param header where a signature stands if the entry does not say; it must say, or be given one
 */
export function verificationOf(entry: VerificationEntry, header: string): SourceVerification {
  switch (entry.mode) {
    case 'hmac': {
      const { secrets, enforcement = 'enforce' } = entry;
      return { ...wayOf(entry, header), secrets, enforcement };
    }
    case 'any': {
      const { secrets, enforcement = 'enforce' } = entry;
      const of = entry.of.map((way) => wayOf(way, header));
      return { mode: 'any', of, secrets, enforcement };
    }
    case 'static':
      return staticOf(entry);
    case 'url':
    case 'none':
      return entry;
  }
}

/** Paths, within an entry, of signatures whose header it does not name. */
export function unnamedHeaders(entry: VerificationEntry): readonly (readonly PropertyKey[])[] {
  const isUnnamed = (way: WayEntry): boolean => way.in === 'header' && way.header === undefined;
  if (entry.mode === 'hmac') return isUnnamed(entry) ? [['header']] : [];
  if (entry.mode !== 'any') return [];
  return entry.of.flatMap((way, index) => (isUnnamed(way) ? [['of', index, 'header']] : []));
}

function wayOf(entry: WayEntry, header: string): SignatureWay {
  const { mode, algorithm, encoding, prefix } = entry;
  const form = { mode, algorithm, encoding, prefix };
  if (entry.in === 'bodyField') {
    const { field = 'signature', signedMembers = ['event', 'data'] } = entry;
    return { ...form, in: 'bodyField', field, signedMembers };
  }
  return {
    ...form,
    in: 'header',
    header: entry.header ?? header,
    timestampHeader: entry.timestampHeader ?? null,
    timestampPart: entry.timestampPart ?? null,
    toleranceSeconds: entry.toleranceSeconds ?? null,
    signedTemplate: entry.signedTemplate ?? '{body}',
  };
}

function staticOf(entry: StaticEntry): SourceVerification {
  const { secrets, enforcement = 'enforce' } = entry;
  const credential = { mode: 'static', secrets, enforcement } as const;
  switch (entry.scheme) {
    case 'bearer':
      return { ...credential, scheme: 'bearer' };
    case 'header':
      return { ...credential, scheme: 'header', header: entry.header ?? '' };
    case 'basic':
      return { ...credential, scheme: 'basic', username: entry.username ?? '' };
  }
}

/** Headers that mean something of their own to a server or to us. */
const TAKEN_HEADERS =
  /^(?:host|connection|cookie|date|expect|user-agent|traceparent|tracestate|content-.*|transfer-.*|(?:x-)?request-id|x-trace-id|x-correlation-id|forwarded|x-forwarded-.*)$/;

const IN_HEADER = [
  'header',
  'timestampHeader',
  'timestampPart',
  'toleranceSeconds',
  'signedTemplate',
] as const;
const IN_BODY = ['field', 'signedMembers'] as const;

function wayProblems(way: WayEntry): readonly Problem[] {
  const unused = (way.in === 'bodyField' ? IN_HEADER : IN_BODY)
    .filter((name) => (way[name] ?? null) !== null)
    .map((name) => problem(name, `is of no use in a ${way.in}`));
  if (unused.length > 0) return unused;
  const isTimed = way.signedTemplate === '{timestamp}.{body}';
  const hasHeader = typeof way.timestampHeader === 'string';
  const hasPart = typeof way.timestampPart === 'string';
  const problems: [isWrong: boolean, name: string, message: string][] = [
    [TAKEN_HEADERS.test(way.header ?? ''), 'header', TAKEN],
    [hasHeader && hasPart, 'timestampPart', 'cannot stand beside timestampHeader'],
    [
      hasHeader && !isTimed,
      'timestampHeader',
      'is of no use without {timestamp} in signedTemplate',
    ],
    [hasPart && way.prefix === '', 'prefix', 'is missing (it tells the parts with a signature)'],
    [isTimed && !hasHeader && !hasPart, 'signedTemplate', 'needs timestampHeader or timestampPart'],
    // Whoever holds a signed body could give it any time that is not signed.
    [
      typeof way.toleranceSeconds === 'number' && !isTimed,
      'toleranceSeconds',
      'needs {timestamp} in signedTemplate',
    ],
  ];
  return problems.flatMap(([isWrong, name, message]) => (isWrong ? [problem(name, message)] : []));
}

const TAKEN = 'is a header with a meaning of its own';

function staticProblems(entry: StaticEntry): readonly Problem[] {
  const { scheme, header, username, secrets } = entry;
  const [usesHeader, usesName] = [scheme === 'header', scheme === 'basic'];
  const problems: Problem[] = [];
  if (usesHeader && header === undefined) problems.push(problem('header', 'is missing'));
  if (!usesHeader && header !== undefined) {
    problems.push(problem('header', `is of no use to ${scheme}`));
  }
  if (TAKEN_HEADERS.test(header ?? '')) problems.push(problem('header', TAKEN));
  if (usesName && username === undefined) problems.push(problem('username', 'is missing'));
  if (!usesName && username !== undefined) {
    problems.push(problem('username', `is of no use to ${scheme}`));
  }
  if (usesName) return problems;
  // Another character would reach us as something else, so that the secret could never be right.
  for (const [index, { value }] of secrets.entries()) {
    if (/^[\u0021-\u007e]+$/.test(value)) continue;
    const path = ['secrets', index, 'value'];
    problems.push({ ...problem('', 'must be visible ASCII without spaces'), path });
  }
  return problems;
}

function problem(name: string, message: string): Problem {
  return { code: 'custom', path: [name], message, input: undefined };
}

function uniqueIds({ value, issues }: z.core.ParsePayload<{ readonly id: string }[]>): void {
  const seen = new Set<string>();
  for (const [index, { id }] of value.entries()) {
    if (seen.has(id)) {
      const path = [index, 'id'];
      issues.push({ code: 'custom', path, message: 'is used twice', input: undefined });
    }
    seen.add(id);
  }
}
