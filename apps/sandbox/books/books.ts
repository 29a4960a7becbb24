import {
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { PlayedProvider } from '../plan/scenario.js';
import type { BookEntry, BookObject, Happening } from './book-object.js';

/**
 * The played providers' own books: what really happened to each of their things, whatever was delivered of it.
 * Lookups are answered from here, so the books must outlive the process: a JSON line is written before
 * anything acts on it, and read back at start. A last line that a crash tore is dropped.
 *
 * Memory is bounded: of more than `entriesMax` things the oldest are found by reading the file.
 */
export class Books {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, BookEntry>();
  readonly #byOrder = new Map<string, string>();
  #hasForgotten = false;

  private constructor(file: string, entriesMax: number) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#file = file;
    this.#entriesMax = entriesMax;
    this.#descriptor = openSync(file, 'a+', 0o600);
  }

  static async open(file: string, { entriesMax = 100_000 } = {}): Promise<Books> {
    const books = new Books(file, entriesMax);
    let wholeBytes = 0;
    for await (const { line, endsAt } of wholeLines(file)) {
      wholeBytes = endsAt;
      books.#apply(line);
    }
    // Without this, the next line would be glued to the torn one and lost with it.
    const { size } = fstatSync(books.#descriptor);
    if (size > wholeBytes) ftruncateSync(books.#descriptor, wholeBytes);
    if (size < wholeBytes) writeSync(books.#descriptor, '\n');
    return books;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entries in memory, the oldest first. */
  entries(): Iterable<BookEntry> {
    return this.#entries.values();
  }

  /** Opens what is not known yet; what is keeps its history. */
  open(objects: readonly BookObject[]): void {
    const unknown = objects.filter((object) => !this.#entries.has(keyOf(object)));
    this.#write(unknown.map((object): BookLine => ({ type: 'opened', object })));
  }

  /** Records what happened; a lower step than the last one changes nothing. */
  record(object: Pick<BookObject, 'provider' | 'reference'>, happening: Happening): void {
    const entry = this.#entries.get(keyOf(object));
    if (entry === undefined || happening.step <= (entry.history.at(-1)?.step ?? -1)) return;
    const { provider, reference } = object;
    this.#write([{ type: 'happened', provider, reference, happening }]);
  }

  async find(provider: PlayedProvider, reference: string): Promise<BookEntry | null> {
    const key = keyOf({ provider, reference });
    const known = this.#entries.get(key);
    if (known !== undefined || !this.#hasForgotten) return known ?? null;
    const found: { entry: BookEntry | null } = { entry: null };
    for await (const { line } of wholeLines(this.#file)) {
      if (keyOfLine(line) === key) found.entry = withLine(found.entry, line);
    }
    return found.entry;
  }

  /** The latest thing that an order was opened with, among those in memory. */
  findByOrder(provider: PlayedProvider, orderId: string): BookEntry | null {
    const key = this.#byOrder.get(`${provider}/${orderId}`);
    return key === undefined ? null : (this.#entries.get(key) ?? null);
  }

  close(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #write(lines: readonly BookLine[]): void {
    if (lines.length === 0) return;
    writeSync(this.#descriptor, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (const line of lines) this.#apply(line);
  }

  #apply(line: BookLine): void {
    const key = keyOfLine(line);
    const entry = withLine(this.#entries.get(key) ?? null, line);
    if (entry === null) return;
    this.#entries.set(key, entry);
    if (line.type === 'opened') {
      // A refund or a try to pay must not be found instead of what it belongs to.
      const order = `${entry.object.provider}/${entry.object.orderId}`;
      const belongs = Object.keys(entry.object.related).length > 0;
      if (!belongs || !this.#byOrder.has(order)) this.#byOrder.set(order, key);
      if (this.#entries.size > this.#entriesMax) this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries;
    if (oldest === undefined) return;
    const [key, { object }] = oldest;
    this.#entries.delete(key);
    const order = `${object.provider}/${object.orderId}`;
    if (this.#byOrder.get(order) === key) this.#byOrder.delete(order);
    this.#hasForgotten = true;
  }
}

type BookLine =
  | { readonly type: 'opened'; readonly object: BookObject }
  | {
      readonly type: 'happened';
      readonly provider: PlayedProvider;
      readonly reference: string;
      readonly happening: Happening;
    };

function withLine(entry: BookEntry | null, line: BookLine): BookEntry | null {
  if (line.type === 'opened') return entry ?? { object: line.object, history: [] };
  return entry && { ...entry, history: [...entry.history, line.happening] };
}

function keyOf({ provider, reference }: Pick<BookObject, 'provider' | 'reference'>): string {
  return `${provider}/${reference}`;
}

function keyOfLine(line: BookLine): string {
  return keyOf(line.type === 'opened' ? line.object : line);
}

/** Complete lines, and where each one ends in the file. Only the last one may be torn. */
async function* wholeLines(
  file: string,
): AsyncGenerator<{ readonly line: BookLine; readonly endsAt: number }> {
  let endsAt = 0;
  let torn: number | null = null;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    if (torn !== null) throw new Error(`${file} cannot be read at byte ${torn}; remove it.`);
    const line = parseLine(text);
    if (line === null) {
      torn = endsAt;
      continue;
    }
    endsAt += Buffer.byteLength(text) + 1;
    yield { line, endsAt };
  }
}

function parseLine(text: string): BookLine | null {
  try {
    const line = JSON.parse(text) as BookLine;
    return line.type === 'opened' || line.type === 'happened' ? line : null;
  } catch {
    // Torn by a crash: whatever it meant was never acted on.
    return null;
  }
}
