#!/usr/bin/env node
/**
 * Verifies an exported segment of the books offline, without Cuadre and without its database:
 *
 *   node verify-ledger.mjs segment.jsonl [--key public.pem]...
 *
 * It holds when every entry chains to the one before, every event sums to zero, and heads signed by Ed25519
 * vouch for all of it, and no entry counts within a period that a head before it says is closed. Every byte of the file counts: each line is written again from what was read, and has
 * to come out the same. Without --key the keys are the file's own, so compare their ids with ones that you
 * got another way. Exits with 0 where it holds, 1 where it does not, 2 on wrong usage. Needs Node 18 or newer.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const FORMAT = 'cuadre.ledger-segment.v2';
const OLDER_FORMAT = 'cuadre.ledger-segment.v1';
const CHAIN_START = '0'.repeat(64);
const LINE_BYTES_MAX = 1024 * 1024;
const LINE_FEED = 0x0a;

const USAGE = 'Usage: node verify-ledger.mjs <file> [--key public.pem]...';
const HELP = `${USAGE}

Verifies a segment of \`cuadre ledger export\`: its chain, that each event sums to zero, and its signed
heads. Exits with 0 where it holds, with 1 where it is refused, with 2 where it cannot be read.

  --key <file>  a public key that may have signed it (Cuadre keeps them as ledger-<key id>.pem in
                LEDGER_KEY_DIR); several times for several. Without it the keys are the file's own.
`;

class Refused extends Error {}

async function main() {
  let file, trusted;
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(2),
      options: { key: { type: 'string', multiple: true }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (values.help === true) {
      stdout.write(HELP);
      exit(0);
    }
    if (positionals.length !== 1) throw new Error('Name one file.');
    file = positionals[0];
    trusted = values.key?.map((path) => keyIdOf(createPublicKey(readFileSync(path))));
  } catch (error) {
    stderr.write(`${error.message}\n${USAGE}\n`);
    exit(2);
  }
  try {
    const { header, entries, events, lastSignedAt, closedUntil } = await verifySegment(
      createReadStream(file),
      trusted,
    );
    const keys = header.keys.map(({ keyId }) => keyId).join(', ');
    stdout.write(
      `It holds: partition ${header.partition}, entries ${header.from} to ${header.to} ` +
        `(${entries} of ${events} events), each event sums to zero.\n` +
        `${header.heads} signed head(s) vouch for it, the last signed at ${lastSignedAt} by ${keys}.\n` +
        (closedUntil === null ? 'No period is closed.\n' : `Closed until ${closedUntil}.\n`) +
        (trusted === undefined
          ? "The key is the file's own: compare its id. --key tells it.\n"
          : ''),
    );
  } catch (error) {
    if (error.code !== undefined && error.syscall !== undefined) {
      stderr.write(`The file cannot be read: ${error.message}\n`);
      exit(2);
    }
    if (!(error instanceof Refused)) throw error;
    stdout.write(`REFUSED: ${error.message}\n`);
    exit(1);
  }
}

/** `chunks` are the bytes of a segment; `trusted` the ids of the keys that are allowed, absent: any. */
export async function verifySegment(chunks, trusted) {
  let segment = null;
  let number = 0;
  for await (const text of linesOf(chunks)) {
    number += 1;
    try {
      if (segment === null) segment = new Segment(text, trusted);
      else segment.take(text);
    } catch (error) {
      if (error instanceof Refused) throw new Refused(`Line ${number}: ${error.message}`);
      throw error;
    }
  }
  if (segment === null) throw new Refused('The file is empty.');
  return segment.finish();
}

class Segment {
  constructor(text, trusted) {
    const header = parse(text);
    check(isObject(header), `This is no ${FORMAT}.`);
    const older = `This is of an older format, ${OLDER_FORMAT}: its heads do not cover closed periods.`;
    check(header.format !== OLDER_FORMAT, `${older} Verify it with the script of its time.`);
    check(header.format === FORMAT, `This is no ${FORMAT}.`);
    const { format, partition, from, to, before, heads, keys } = header;
    check(Number.isInteger(partition) && Number.isInteger(heads), 'The header is not whole.');
    check(isSequence(from) && isSequence(to) && isHash(before), 'The header is not whole.');
    check(Array.isArray(keys) && keys.every(isObject), 'The header is not whole.');
    const known = keys.map(({ keyId, publicKey }) => ({ keyId, publicKey }));
    same(text, { format, partition, from, to, before, heads, keys: known });
    this.header = header;
    this.keys = new Map(known.map((key) => [key.keyId, readKey(key)]));
    check(this.keys.size === known.length, 'A key is listed twice.');
    for (const keyId of this.keys.keys()) {
      const isTrusted = trusted === undefined || trusted.includes(keyId);
      check(isTrusted, `It is signed by ${keyId}, which is not the key that was given.`);
    }
    check(from !== '1' || before === CHAIN_START, 'Nothing comes before the first entry.');
    Object.assign(this, { hash: before, next: BigInt(from), sums: new Map(), usedKeys: new Set() });
    Object.assign(this, { entries: 0, events: 0, heads: 0, event: null, vouched: false });
    this.closedUntil = null;
  }

  take(text) {
    const line = parse(text);
    check(isObject(line), 'This is neither an entry nor a head.');
    if ('entry' in line) this.takeEntry(text, line);
    else this.takeHead(text, line.head);
  }

  takeEntry(text, { entry, hash }) {
    check(Array.isArray(entry) && entry.length === 17, 'This is no entry.');
    same(text, { entry, hash });
    const [format, partition, sequence, , eventId, , , , layer, , currency, exponent, amount] =
      entry;
    const [effectiveAt, toldAt] = entry.slice(13);
    check(format === 'cuadre.entry.v1', 'This is no entry.');
    check(partition === this.header.partition, 'The entry is of another partition.');
    check(sequence === this.next.toString(), `This should be entry ${this.next}.`);
    const expected = sha256(`${this.hash}\n${JSON.stringify(entry)}`).toString('hex');
    check(hash === expected, `The hash of entry ${sequence} does not follow.`);
    check(typeof amount === 'string' && /^-?[1-9]\d*$/.test(amount), 'The amount is no amount.');
    const isOpen = this.closedUntil === null || effectiveAt >= this.closedUntil;
    check(isOpen, `Entry ${sequence} counts from ${effectiveAt}, in a closed period.`);
    const isPutOff = toldAt === null || toldAt < effectiveAt;
    check(isPutOff, `Entry ${sequence} was put off to an earlier time.`);
    if (eventId !== this.event) this.startEvent(eventId);
    const sum = JSON.stringify([layer, currency, exponent]);
    this.sums.set(sum, (this.sums.get(sum) ?? 0n) + BigInt(amount));
    Object.assign(this, { hash, sequence, vouched: false });
    this.next += 1n;
    this.entries += 1;
  }

  startEvent(eventId) {
    for (const [sum, minor] of this.sums) {
      check(minor === 0n, `Event ${this.event} is off by ${minor} in ${sum}.`);
    }
    this.sums.clear();
    this.event = eventId;
    this.events += 1;
  }

  takeHead(text, head) {
    check(isObject(head), 'This is neither an entry nor a head.');
    const { partition, sequence, hash, closedUntil, recordedAt, signedAt, keyId, signature } = head;
    check(
      closedUntil !== undefined,
      'The head is of an older format, cuadre.head.v1, which does not cover closed periods.',
    );
    const written = { partition, sequence, hash, closedUntil, recordedAt, signedAt, keyId };
    same(text, { head: { ...written, signature } });
    const isHere = partition === this.header.partition && sequence === this.sequence;
    check(isHere && hash === this.hash && !this.vouched, 'The head is not of the entry before it.');
    const key = this.keys.get(keyId);
    check(key !== undefined, `The file has no key ${keyId}.`);
    const signed = ['cuadre.head.v2', ...Object.values(written)];
    const bytes = Buffer.from(String(signature), 'base64');
    check(bytes.toString('base64') === signature, 'The signature is not in base64.');
    const holds = verify(null, Buffer.from(JSON.stringify(signed)), key, bytes);
    check(holds, `The signature of the head of entry ${sequence} does not hold.`);
    const isTime = closedUntil === null || isInstant(closedUntil);
    check(isTime, 'The head is closed until no time.');
    const isKept = this.closedUntil === null || closedUntil >= this.closedUntil;
    check(isKept, `The head of entry ${sequence} opens a period that was closed.`);
    this.closedUntil = closedUntil;
    this.usedKeys.add(keyId);
    this.heads += 1;
    this.vouched = true;
    this.lastSignedAt = signedAt;
  }

  finish() {
    const { header, entries, events, lastSignedAt, closedUntil } = this;
    this.startEvent(null);
    check(this.sequence === header.to, `It should end with entry ${header.to}.`);
    check(this.vouched, 'No signed head vouches for its end.');
    check(this.heads === header.heads, `It should have ${header.heads} heads.`);
    check(this.usedKeys.size === this.keys.size, 'It lists a key that signed nothing.');
    return { header, entries, events, lastSignedAt, closedUntil };
  }
}

/** By hand: readline also takes other characters for the end of a line, and would not see them changed. */
async function* linesOf(chunks) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const end = rest.indexOf(LINE_FEED, start);
      if (end === -1) break;
      yield decode(decoder, rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
    check(rest.length <= LINE_BYTES_MAX, 'A line is too long.');
  }
  check(rest.length === 0, 'The last line does not end with a line feed.');
}

function decode(decoder, bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refused('It is not UTF-8.');
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('It is not JSON.');
  }
}

function readKey({ keyId, publicKey }) {
  let key;
  const bytes = Buffer.from(String(publicKey), 'base64');
  try {
    key = createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    throw new Refused('A key of the header is no key.');
  }
  const written = key.export({ type: 'spki', format: 'der' }).toString('base64');
  const isSame = key.asymmetricKeyType === 'ed25519' && publicKey === written;
  check(isSame && keyId === keyIdOf(key), 'A key of the header is not the one that its id names.');
  return key;
}

function keyIdOf(key) {
  const bytes = key.export({ type: 'spki', format: 'der' });
  return `ed25519-${sha256(bytes).toString('hex').slice(0, 32)}`;
}

function sha256(data) {
  return createHash('sha256').update(data).digest();
}

/** What is read has to be all that is there, written as it is written. */
function same(text, value) {
  check(JSON.stringify(value) === text, 'It is not written as Cuadre writes it.');
}

function check(holds, message) {
  if (!holds) throw new Refused(message);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSequence(value) {
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value);
}

function isInstant(value) {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
}

function isHash(value) {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

if (argv[1] !== undefined && pathToFileURL(realpathSync(argv[1])).href === import.meta.url)
  await main();
