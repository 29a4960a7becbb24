import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutMember } from './cut-member.js';

function restOf(text: string): string {
  const cut = cutMember(Buffer.from(text), 'signature');
  return typeof cut === 'string' ? cut : cut.rest.toString();
}

describe('cutting a member out', () => {
  it.each([
    ['last', '{"a":1,"signature":"x"}', '{"a":1}'],
    ['first', '{"signature":"x","a":1}', '{"a":1}'],
    ['in the middle', '{"a":1,"signature":"x","b":2}', '{"a":1,"b":2}'],
    ['alone', '{"signature":"x"}', '{}'],
    ['alone among spaces', '{ \n "signature" : "x" }', '{}'],
    ['last, indented', '{\n  "a": 1,\n  "signature": "x"\n}', '{\n  "a": 1\n}'],
    ['first, indented', '{\n  "signature": "x",\n  "a": 1\n}', '{\n  "a": 1\n}'],
    ['after odd spaces', '{ "a" :1 ,\t"signature"\r\n:\t"x" }\n', '{ "a" :1  }\n'],
    ['spelled otherwise', String.raw`{"a":1,"\u0073ignature":"x"}`, '{"a":1}'],
    [
      'beside one deeper down',
      '{"a":{"signature":"y"},"signature":"x"}',
      '{"a":{"signature":"y"}}',
    ],
    [
      'beside a text that looks like it',
      String.raw`{"a":",\"signature\":\"y\"","signature":"x"}`,
      String.raw`{"a":",\"signature\":\"y\""}`,
    ],
    ['that is no string', '{"a":1,"signature":{"x":[1,"}"]}}', '{"a":1}'],
    [
      'and keeps every byte',
      String.raw`{"n":1.50e+1,"s":"\u003c\/ü","signature":"x"}`,
      String.raw`{"n":1.50e+1,"s":"\u003c\/ü"}`,
    ],
  ])('takes it that stands %s', (_name, text, rest) => {
    expect(restOf(text)).toBe(rest);
  });

  it.each([
    ['', 'absent'],
    ['{}', 'absent'],
    ['[]', 'absent'],
    ['"signature"', 'absent'],
    ['{"a":{"signature":"x"}}', 'absent'],
    ['{"a":[{"signature":"x"}]}', 'absent'],
    ['{"Signature":"x"}', 'absent'],
    ['{"signature":"x"', 'absent'],
    ['{"signature":"x"},', 'absent'],
    ['{"signature":"x"}{}', 'absent'],
    ['{"signature":}', 'absent'],
    ['{"a":1,"signature":"x",}', 'absent'],
    ['{"a":"\\', 'absent'],
    [String.raw`{"\x":1}`, 'absent'],
    ['{"signature":"x","signature":"x"}', 'repeated'],
    [String.raw`{"signature":"x","\u0073ignature":"y"}`, 'repeated'],
  ])('finds none in %s: %s', (text, found) => expect(restOf(text)).toBe(found));

  it('tells how deep the document is', () => {
    const depthOf = (text: string): number => {
      const cut = cutMember(Buffer.from(text), 'signature');
      return typeof cut === 'string' ? -1 : cut.depth;
    };
    expect(depthOf('{"signature":""}')).toBe(1);
    expect(depthOf('{"a":[],"signature":"","b":{"c":[[]]}}')).toBe(4);
  });

  it('reads the deepest nesting without recursion', () => {
    const text = `{"a":${'['.repeat(250_000)}${']'.repeat(250_000)},"signature":"x"}`;
    expect(restOf(text)).toHaveLength(500_006);
  });

  /** The same document as different serialisers write it. */
  const WRITERS: readonly ((value: unknown) => string)[] = [
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 2),
    (value) => JSON.stringify(value, null, '\t'),
    // As Python does.
    (value) =>
      JSON.stringify(value, null, 1)
        .replaceAll(/\n */g, ' ')
        .replaceAll(/([{[]) | (?=[}\]])/g, '$1'),
  ];

  it('leaves what the serialiser would have written without it, wherever it stood', () => {
    // Texts without spaces or brackets, so that the last writer may find its separators by them.
    const name = fc.stringMatching(/^[a-z"\\<ü]{1,8}$/).filter((text) => text !== 'signature');
    const members = fc.uniqueArray(
      fc.tuple(
        name,
        fc.oneof(
          fc.integer(),
          fc.stringMatching(/^[a-z,:"\\<ü]{0,9}$/),
          fc.constant({ signature: ['x'] }),
        ),
      ),
      { selector: ([key]) => key, maxLength: 6 },
    );
    fc.assert(
      fc.property(members, fc.nat(), fc.constantFrom(...WRITERS), (entries, at, write) => {
        const position = at % (entries.length + 1);
        const signed = entries.toSpliced(position, 0, ['signature', 'abc']);
        expect(restOf(write(Object.fromEntries(signed)))).toBe(write(Object.fromEntries(entries)));
      }),
    );
  });

  it('finds in any bytes an end, and leaves of any document a document', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        cutMember(Buffer.from(bytes), 'a');
        cutMember(Buffer.concat([Buffer.from('{"a":"'), bytes]), 'a');
      }),
    );
    fc.assert(
      fc.property(fc.json(), fc.nat(3), (json, indent) => {
        const document = { signature: 'x', value: JSON.parse(json) as unknown };
        const rest = restOf(JSON.stringify(document, null, indent));
        expect(JSON.parse(rest)).toEqual({ value: document.value });
      }),
    );
  });
});
