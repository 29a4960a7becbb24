import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { openKeyRing, type FileKeyRing } from '#events/file-key-ring.js';
import type { StoredRecord } from '#events/record.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { PROBLEM_CONTENT_TYPE } from '#platform/problem.js';
import { interpretRecord } from '#projection/interpret-record.js';
import type { Account, Source } from '#providers/account.js';
import { providerOf } from '#providers/registry.js';
import type { RefusedDelivery } from '#read-models/writes/refused-deliveries.js';
import { AcceptDelivery, type AcceptPorts } from '../../../apps/ingest/accept-delivery.js';
import { IngestMetrics } from '../../../apps/ingest/ingest-metrics.js';
import { SourceDirectory } from '../../../apps/ingest/source-directory.js';
import type { WebhookAnswer } from '../../../apps/ingest/webhook-answer.js';
import { PureFold, pureFoldOf } from '../../harness/pure-fold.js';
import { genuineEvent } from './genuine.js';
import type { HostileDelivery } from './hostile-delivery.js';
import { CANARIES } from './nasties.js';
import { proofOf } from './proof.js';

const BODY_LIMIT_BYTES = 262_144;
const GENUINE_EVERY = 250;

/** How often each thing came about; a property that never came to its point proves nothing. */
export type Tally = Map<string, number>;

/**
 * One source of the webhook edge without a server, before a log in memory that is new every round, so
 * that whatever else grows is a leak. Throws where a delivery breaks one of the properties.
 */
export class FuzzArena {
  readonly tally: Tally = new Map();
  readonly #edge: AcceptDelivery;
  readonly #keyRing: FileKeyRing;
  readonly #directory = mkdtempSync(join(tmpdir(), 'cuadre-fuzz-'));
  readonly #metrics = new Metrics();
  readonly #refused: RefusedDelivery[] = [];
  readonly #lines: string[] = [];
  readonly #account: Account;
  readonly #source: Source;
  #log = new MemoryEventLog({ topic: 'observations' });
  #deliveries = 0;
  #genuine = 0;

  constructor(account: Account, source: Source) {
    this.#account = account;
    this.#source = source;
    this.#keyRing = openKeyRing(join(this.#directory, 'keys'), { create: true });
    this.#edge = new AcceptDelivery(this.#ports());
  }

  async check(delivery: HostileDelivery): Promise<void> {
    const before = await this.#ends();
    const answer = await this.#send(delivery);
    this.#count(`status ${answer.status}`);
    assertClear(answer);
    const records = await this.#recordsSince(before);
    const { status } = JSON.parse(answer.body) as { readonly status: unknown };
    if (records.length !== (status === 'accepted' ? 1 : 0)) {
      throw new Error(`A ${answer.status} of ${String(status)} left ${records.length} records.`);
    }
    for (const record of records) this.#checkRecord(record);
    this.#checkSilence(answer);
    this.#deliveries += 1;
    if (this.#deliveries % GENUINE_EVERY === 0) await this.#checkGenuine();
  }

  /** Folds what the round left, all of it together, and begins a new log. */
  async endRound(onRound?: (log: MemoryEventLog) => Promise<void>): Promise<void> {
    await this.#checkGenuine();
    await onRound?.(this.#log);
    const fold = await pureFoldOf(this.#log);
    const status = fold.payments().get(this.#subject())?.status;
    fold.orders();
    const isConfirming = this.#source.verification.mode !== 'url';
    if (isConfirming && status !== 'succeeded') {
      throw new Error(`The genuine event behind a hostile round came to ${String(status)}.`);
    }
    assertHidden('a metric', await this.#metrics.text());
    await this.#log.close();
    this.#log = new MemoryEventLog({ topic: 'observations' });
  }

  async close(): Promise<void> {
    await this.#log.close();
    rmSync(this.#directory, { recursive: true });
  }

  #ports(): AcceptPorts {
    const currentLog = (): MemoryEventLog => this.#log;
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#lines.push(chunk.toString());
        done();
      },
    });
    return {
      sources: new SourceDirectory([this.#account], { providerOf, nowMs: Date.now() }),
      get log() {
        return currentLog();
      },
      keyRing: this.#keyRing,
      onRefused: (refused) => this.#refused.push(refused),
      metrics: new IngestMetrics(this.#metrics),
      logger: createLogger({ logging: { level: 'trace', isPretty: false } }, { stream }),
      nowMs: Date.now,
      bodyLimitBytes: BODY_LIMIT_BYTES,
    };
  }

  async #send({ body, headers, query }: HostileDelivery): Promise<WebhookAnswer> {
    const admitted = this.#edge.admit({ source: this.#source.name, query, headers });
    if ('answer' in admitted) return admitted.answer;
    // The reader of bodies refuses these before they are whole.
    if (body.length > BODY_LIMIT_BYTES) return this.#edge.refuseTooLarge(admitted.admission);
    return this.#edge.accept(admitted.admission, body);
  }

  #checkRecord(record: StoredRecord): void {
    const { meaning } = interpretRecord(record, record.appendedAtMs);
    if (meaning.kind === 'poison') throw new Error(`Poison: ${meaning.reason}.`);
    const reason = meaning.kind === 'ignored' ? meaning.reason : 'event';
    // An interpreter that throws on what nobody proved is a defect all the same.
    if (reason === 'uninterpretable') throw new Error('An interpreter threw.');
    this.#count(`${meaning.trust} ${reason}`);
    const fold = new PureFold();
    fold.fold(record);
    fold.payments();
    fold.orders();
    const { ce_sealed: _sealed, ...headers } = record.headers;
    const value = record.value.toString();
    const texts = [record.key, value, ...Object.values(headers).map((bytes) => bytes.toString())];
    for (const text of texts) assertHidden('a record', text);
    // An escape hides a text from whoever searches, and not from whoever reads.
    assertHidden('the facts', JSON.stringify(JSON.parse(value)));
  }

  /** Nothing that came is in what the edge says of it. */
  #checkSilence({ body, headers }: WebhookAnswer): void {
    const said = [body, JSON.stringify(headers), JSON.stringify(this.#refused), ...this.#lines];
    for (const text of said) assertHidden('an answer or a log line', text);
    const error = this.#lines.find((line) => line.includes('"level":"error"'));
    if (error !== undefined) throw new Error(`The edge logged an error: ${error}`);
    this.#refused.length = 0;
    this.#lines.length = 0;
  }

  async #checkGenuine(): Promise<void> {
    this.#genuine += 1;
    const body = Buffer.from(genuineEvent(this.#account.provider, this.#reference()));
    const proof = proofOf(this.#source.verification, { body, order: 'o-1', pick: this.#genuine });
    const before = await this.#ends();
    const answer = await this.#send(proof);
    const [record] = await this.#recordsSince(before);
    if (answer.status !== 200 || record === undefined) {
      throw new Error(`A genuine event was answered ${answer.status}: ${answer.body}`);
    }
    const { meaning } = interpretRecord(record, record.appendedAtMs);
    if (meaning.kind !== 'event' || meaning.observation.verification.verdict !== 'verified') {
      throw new Error(`A genuine event was taken for ${meaning.kind}.`);
    }
    this.#count('genuine');
    this.#lines.length = 0;
  }

  #reference(): string {
    return `genuine${this.#genuine}`;
  }

  #subject(): string {
    const kind = SUBJECT_KINDS[this.#account.provider];
    return `${this.#account.id}/${kind}/${this.#reference()}`;
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  #ends(): Promise<readonly bigint[]> {
    return this.#log.endPositions();
  }

  async #recordsSince(before: readonly bigint[]): Promise<StoredRecord[]> {
    const found: StoredRecord[] = [];
    for (const [partition, end] of (await this.#ends()).entries()) {
      const from = before[partition] ?? 0n;
      if (from === end) continue;
      for await (const records of this.#log.read(partition, from, end)) found.push(...records);
    }
    return found;
  }
}

const SUBJECT_KINDS: Readonly<Record<Account['provider'], string>> = {
  cobru: 'payment',
  conomy: 'transaction',
  mintcash: 'payment',
  tonder: 'transaction',
};

function assertClear({ status, headers, body }: WebhookAnswer): void {
  if (status === 200) return;
  if (status < 400 || status > 499) throw new Error(`The answer is ${status}.`);
  const problem = JSON.parse(body) as { readonly status?: unknown; readonly code?: unknown };
  const isProblem = problem.status === status && typeof problem.code === 'string';
  if (!isProblem || headers['content-type'] !== PROBLEM_CONTENT_TYPE) {
    throw new Error(`A ${status} without problem details: ${body}`);
  }
}

function assertHidden(where: string, text: string): void {
  const found = CANARIES.find(
    (canary) => text.includes(canary) || text.includes(encodeURIComponent(canary)),
  );
  if (found !== undefined) throw new Error(`${found} stands in ${where}: ${text.slice(0, 500)}`);
}
