import { hasCardNumber } from './card-number.js';
import { BODY_KEY, QUERY_KEY_MARK, stringOf, type Facts } from './facts.js';
import { memberTree, type MemberTree } from './member-tree.js';
import { HAS, surveyOf } from './text-survey.js';

/**
 * What a named member may look like. Everything else is withheld, so that a name, an e-mail, a card
 * number or free text does not pass by standing where something harmless was expected.
 *
 * - `identifier`: at most 200 characters, no control character, no `@`, no card number, nothing
 *   that looks like a credential; or an integer.
 * - `reference`: an identifier of the provider's making: no space and no leading `+`, so neither a
 *   person's name nor a telephone number.
 * - `idempotency-key`: a reference that is not made of a telephone number, `{digits}_{hash}`, as a
 *   provider's own default may be.
 * - `amount`: decimal number or numeric string, at most 12 digits before the point and 6 after it.
 * - `integer`: at most 15 digits, as a number or a string.
 * - `word`: status, method, code: `[A-Za-z0-9_.-]{1,64}`, no card number or credential. No space: a
 *   person's name has one.
 * - `instant`: date and time of ISO 8601, with or without zone, or epoch milliseconds; empty is
 *   allowed.
 * - `boolean`: also `"true"`, `"True"`, … as forms send it.
 * - `list`: an array, of which only the presence is kept.
 *
 * `null` fits every shape.
 */
export type MemberShape =
  | 'identifier'
  | 'reference'
  | 'idempotency-key'
  | 'amount'
  | 'integer'
  | 'word'
  | 'instant'
  | 'boolean'
  | 'list';

/**
 * Path to shape. A member is never dropped from a list, because old facts are read back with it;
 * but one that may hold personal data is, so that it is not read back either.
 */
export type MemberShapes = Readonly<Record<string, MemberShape>>;

export type FactMembers = {
  readonly shapes: ReadonlyMap<string, MemberShape>;
  /** For the scanners, on the body as sent. */
  readonly tree: MemberTree;
  /** For `readFacts`, on the value of an observation. */
  readonly valueTree: MemberTree;
};

export type SelectedFacts = {
  readonly facts: Facts;
  /** Paths of members that were named but did not fit their shape. */
  readonly withheld: readonly string[];
};

export function factMembers(body: MemberShapes, query: readonly string[] = []): FactMembers {
  const paths = Object.keys(body);
  return {
    shapes: new Map(Object.entries(body)),
    tree: memberTree(paths),
    valueTree: memberTree([
      ['body', BODY_KEY],
      ...paths.map((path) => [`body.${path}`, path] as const),
      ...query.map((name) => [`query.${name}`, `${QUERY_KEY_MARK}${name}`] as const),
    ]),
  };
}

/** Keeps of the tokens that a scanner found what fits its shape; takes the rest out of the map. */
export function selectFacts(tokens: Map<string, string>, { shapes }: FactMembers): SelectedFacts {
  const withheld: string[] = [];
  // Not by its entries, each of which would be an array.
  tokens.forEach((token, path) => {
    const shape = shapes.get(path);
    if (shape === undefined || !fits(token, shape)) withheld.push(path);
  });
  for (const path of withheld) tokens.delete(path);
  return { facts: tokens, withheld };
}

const AMOUNT = /^-?\d{1,12}(?:\.\d{1,6})?$/;
const INTEGER = /^-?\d{1,15}$/;
const WORD_CHARACTERS_MAX = 64;
const INSTANT =
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const MADE_OF_PHONE = /^\d{7,15}_/;
const BOOLEAN = /^(?:true|false)$/i;
const IDENTIFIER_CHARACTERS_MAX = 200;

/** API keys, webhook secrets, JSON web tokens, authorisation headers. */
const CREDENTIAL =
  /[sprSPR][kK]_(?:live|test)_|whsec_|eyJ[\w-]+\.[\w-]+\.|^(?:[Bb]earer|[Bb]asic|[Tt]oken) /;
const SENSITIVE_CHARACTERS_MIN = 10;

export function fits(token: string, shape: MemberShape): boolean {
  if (token === 'null') return true;
  if (shape === 'list') return token === '[';
  if (token === '[' || token === '{') return false;
  const isText = token.startsWith('"');
  const text = isText ? stringOf(token) : token;
  switch (shape) {
    case 'identifier':
      return isText ? isIdentifier(text, surveyOf(text)) : isSafeInteger(text);
    case 'reference':
      return isText ? isReference(text) : isSafeInteger(text);
    case 'idempotency-key':
      return fits(token, 'reference') && !MADE_OF_PHONE.test(text);
    case 'amount':
      return AMOUNT.test(text);
    case 'integer':
      return INTEGER.test(text) && !hasCardNumber(text);
    case 'word':
      return isText && isWord(text);
    case 'instant':
      return isText ? text === '' || INSTANT.test(text) : fits(token, 'integer');
    case 'boolean':
      return BOOLEAN.test(text);
  }
}

function isSafeInteger(text: string): boolean {
  return INTEGER.test(text) && !isSensitive(text);
}

function isIdentifier(text: string, survey: number): boolean {
  if (text.length === 0 || text.length > IDENTIFIER_CHARACTERS_MAX) return false;
  return (survey & HAS.controlOrAt) === 0 && !isSensitiveBy(text, survey);
}

function isReference(text: string): boolean {
  const survey = surveyOf(text);
  const isSpaced = (survey & HAS.space) !== 0;
  return !isSpaced && !text.startsWith('+') && isIdentifier(text, survey);
}

function isWord(text: string): boolean {
  if (text.length === 0 || text.length > WORD_CHARACTERS_MAX) return false;
  const survey = surveyOf(text);
  return (survey & HAS.nonWord) === 0 && !isSensitiveBy(text, survey);
}

/** A text that holds a card number or a credential, wherever it stands. */
export function isSensitive(text: string): boolean {
  return text.length >= SENSITIVE_CHARACTERS_MIN && isSensitiveBy(text, surveyOf(text));
}

function isSensitiveBy(text: string, survey: number): boolean {
  if (text.length < SENSITIVE_CHARACTERS_MIN) return false;
  if ((survey & HAS.cardMark) !== 0 && hasCardNumber(text)) return true;
  return (survey & HAS.credentialMark) !== 0 && CREDENTIAL.test(text);
}
