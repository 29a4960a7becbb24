import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_LIMITS, scanJson, type JsonScan } from './json-scanner.js';
import { memberTree } from './member-tree.js';

const tree = memberTree(['a', 'b.c', 'b.d.e', 'amount']);

function scan(text: string): JsonScan {
  return scanJson(Buffer.from(text), tree);
}

function refusal(text: string | Buffer): string | null {
  const result = scanJson(Buffer.from(text), tree);
  return 'refused' in result ? result.refused : null;
}

function tokensOf(text: string): Record<string, string> {
  const result = scan(text);
  if ('refused' in result) throw new Error(`The document was refused: ${result.refused}.`);
  return Object.fromEntries(result.tokens);
}

function escaped(letter: string): string {
  return `\\u00${letter.charCodeAt(0).toString(16)}`;
}

/** JSON documents, written with random white space and escapes that JSON.stringify never makes. */
const documents = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 3 }), fc.boolean())
  .map(([value, indent, isEscaped]) => {
    const text = JSON.stringify({ a: value, b: { c: value, d: { e: 1 } } }, null, indent);
    return isEscaped
      ? text.replace(/"([a-z]+)"/g, (_, word: string) => `"${[...word].map(escaped).join('')}"`)
      : text;
  });

const STRICTER = [
  'too-deep',
  'too-many-members',
  'string-too-long',
  'number-too-long',
  'duplicate-member',
  'forbidden-member',
  'null-character',
  'lone-surrogate',
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('scanJson', () => {
  it('answers the source text of named members and of nothing else', () => {
    const text =
      '{ "a" : 1.50 , "x":{"a":9}, "b":{"c":"\\u0041\\n","d":{"e":-0e+2}, "f":7},"amount":70}';
    expect(tokensOf(text)).toEqual({
      a: '1.50',
      'b.c': '"\\u0041\\n"',
      'b.d.e': '-0e+2',
      amount: '70',
    });
  });

  it.each(['49.99', '1.25', '100.0', '9007199254740993', '0.1', '1E400', '-0'])(
    'keeps the number %s as written',
    (number) => {
      expect(tokensOf(`{"amount":${number}}`)['amount']).toBe(number);
    },
  );

  it('finds a member whose name is written with escapes', () => {
    expect(tokensOf('{"\\u0061mount":1}')).toEqual({ amount: '1' });
  });

  it('marks an object or a list in the place of a scalar', () => {
    expect(tokensOf('{"a":{"z":1},"amount":[1,{"a":2}]}')).toEqual({ a: '{', amount: '[' });
  });

  it('does not enter lists', () => {
    expect(tokensOf('[{"a":1}]')).toEqual({});
  });

  it.each([
    ['', 'malformed-json'],
    ['{', 'malformed-json'],
    ['{"a":1}x', 'malformed-json'],
    ['{"a":1} {}', 'malformed-json'],
    ['{"a":01}', 'malformed-json'],
    ['{"a":1.}', 'malformed-json'],
    ['{"a":.5}', 'malformed-json'],
    ['{"a":+1}', 'malformed-json'],
    ['{"a":1e}', 'malformed-json'],
    ['{"a":NaN}', 'malformed-json'],
    ['{"a":Infinity}', 'malformed-json'],
    ['{"a":tru}', 'malformed-json'],
    ["{'a':1}", 'malformed-json'],
    ['{a:1}', 'malformed-json'],
    ['{"a":1,}', 'malformed-json'],
    ['[1,]', 'malformed-json'],
    ['{"a":"\t"}', 'malformed-json'],
    ['{"a":"\u0000"}', 'malformed-json'],
    ['{"a":"\\x41"}', 'malformed-json'],
    ['{"a":"\\u00g1"}', 'malformed-json'],
    ['{"a":"\\', 'malformed-json'],
    ['/**/{"a":1}', 'malformed-json'],
    ['\u00a0{"a":1}', 'malformed-json'],
    ['\ufeff{"a":1}', 'byte-order-mark'],
    ['{"a":1,"a":1}', 'duplicate-member'],
    ['{"a":1,"\\u0061":1}', 'duplicate-member'],
    ['{"x":{"__proto__":1}}', 'forbidden-member'],
    ['{"constructor":{"prototype":1}}', 'forbidden-member'],
    ['{"\\u005f_proto__":1}', 'forbidden-member'],
    ['{"x":"\\u0000"}', 'null-character'],
    ['{"x":"\\ud800"}', 'lone-surrogate'],
    ['{"x":"\\udc00\\ud800"}', 'lone-surrogate'],
    ['{"x":"\\ud800\\u0041"}', 'lone-surrogate'],
  ])('refuses %j as %s', (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  it('tells names apart that have one hash', () => {
    // In base 31, `Aa` and `BB` are one number.
    expect(tokensOf('{"Aa":1,"BB":2,"b":{"BB":{},"c":3}}')).toEqual({ 'b.c': '3' });
    const alike = scanJson(Buffer.from('{"BB":1}'), memberTree(['Aa']));
    expect(alike).toEqual({ root: '{', tokens: new Map() });
    expect(refusal('{"Aa":1,"BB":2,"Aa":3}')).toBe('duplicate-member');
  });

  it('finds a duplicate in objects of any length and depth, and in no other object', () => {
    const member = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzé'.split(''), 'Aa', 'BB');
    const objects = fc.array(fc.uniqueArray(member, { maxLength: 26 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(objects, fc.nat(), fc.nat(), (namesByDepth, from, to) => {
        const write = (depth: number, repeated: string): string => {
          const names = namesByDepth[depth] ?? [];
          const inner = depth + 1 < namesByDepth.length ? write(depth + 1, repeated) : '0';
          const at = from % (names.length + 1);
          const members = names.toSpliced(at, 0, 'nested').map((name) => {
            return `"${name}":${name === 'nested' ? inner : '0'}`;
          });
          return `{${members.join(',')}${depth === to % namesByDepth.length ? repeated : ''}}`;
        };
        expect(refusal(write(0, ''))).toBeNull();
        const first = namesByDepth[to % namesByDepth.length]?.[0] ?? 'nested';
        expect(refusal(write(0, `,"${first}":0`))).toBe('duplicate-member');
      }),
    );
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toBe('invalid-utf8');
    expect(refusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('invalid-utf8');
  });

  it('holds each limit exactly', () => {
    const { depthMax, membersMax, stringCharactersMax, numberDigitsMax } = JSON_LIMITS;
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const list = (length: number) => `[${Array.from({ length }, () => '0').join(',')}]`;
    const members = (length: number) =>
      `{${Array.from({ length }, (_, i) => `"m${i}":0`).join(',')}}`;
    const text = (length: number) => `"${'x'.repeat(length)}"`;
    expect(refusal(nested(depthMax))).toBeNull();
    expect(refusal(nested(depthMax + 1))).toBe('too-deep');
    expect(refusal('{"x":'.repeat(100_000))).toBe('too-deep');
    expect(refusal(list(membersMax))).toBeNull();
    expect(refusal(list(membersMax + 1))).toBe('too-many-members');
    expect(refusal(members(membersMax))).toBeNull();
    expect(refusal(members(membersMax + 1))).toBe('too-many-members');
    expect(refusal(text(stringCharactersMax))).toBeNull();
    expect(refusal(text(stringCharactersMax + 1))).toBe('string-too-long');
    expect(refusal(`"${'é'.repeat(stringCharactersMax)}"`)).toBeNull();
    expect(refusal(`"${'é'.repeat(stringCharactersMax + 1)}"`)).toBe('string-too-long');
    expect(refusal('9'.repeat(numberDigitsMax))).toBeNull();
    expect(refusal('9'.repeat(numberDigitsMax + 1))).toBe('number-too-long');
    expect(refusal(`0.${'1'.repeat(20)}e${'1'.repeat(20)}`)).toBe('number-too-long');
  });

  it('agrees with JSON.parse on generated documents', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const result = scan(text);
        if ('refused' in result) {
          expect(STRICTER).toContain(result.refused);
          return;
        }
        const parsed = JSON.parse(text) as { a: unknown };
        const token = result.tokens.get('a') ?? '';
        if (token !== '{' && token !== '[') expect(JSON.parse(token)).toEqual(parsed.a);
        else expect(typeof parsed.a).toBe('object');
        expect(text).toContain(token);
      }),
    );
  });

  it('agrees with JSON.parse on what is JSON, after any change of the text', () => {
    const changes = fc.record({
      at: fc.nat(),
      removed: fc.nat(3),
      inserted: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '-',
        'e',
        '.',
        'u',
      ),
    });
    fc.assert(
      fc.property(documents, fc.array(changes, { maxLength: 3 }), (document, edits) => {
        const text = edits.reduce((kept, { at, removed, inserted }) => {
          const index = at % (kept.length + 1);
          return kept.slice(0, index) + inserted + kept.slice(index + removed);
        }, document);
        // An edit may cut a surrogate pair, which no UTF-8 body can hold.
        fc.pre(text.isWellFormed());
        const refused = refusal(text);
        if (isJson(text)) expect([null, ...STRICTER]).toContain(refused);
        else expect(refused).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws, whatever is cut off or flipped', () => {
    fc.assert(
      fc.property(
        documents,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (text, at, end, bits) => {
          const bytes = Buffer.from(text);
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ bits;
          scanJson(bytes, tree);
          scanJson(bytes.subarray(0, end % (bytes.length + 1)), tree);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('refuses every proper prefix of a document', () => {
    const text = '{"a":"\\u00e9\\ud83d\\ude00","b":{"c":[true,false,null,-1.5e-3]}}';
    for (let length = 0; length < text.length; length += 1) {
      expect(['malformed-json', 'lone-surrogate']).toContain(refusal(text.slice(0, length)));
    }
    expect(refusal(text)).toBeNull();
  });
});
