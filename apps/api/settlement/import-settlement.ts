import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { encodeObservation } from '#events/envelope.js';
import { settlementIdOf } from '#events/ids.js';
import { encodePosition } from '#events/position.js';
import type { LogRecord } from '#events/record.js';
import { bodyDigest, KeyRing } from '#events/sealing.js';
import { parseSubjectKey } from '#events/subject.js';
import { uuidV7 } from '#events/uuid.js';
import { encodeReportLine, REPORT_LINE_SCHEMA } from '#providers/settlement-report.js';
import { ReportLineReader, type KnownLineRow } from '#read-models/queries/report-line-reader.js';
import type { FieldError } from '#platform/problem.js';
import type { Refusal } from '../http/refusal.js';
import { KnownAccounts } from './known-accounts.js';
import type { SentLine } from './report-file.js';
import { readSentLines, type ReadLine } from './sent-line.js';

export type SettlementImport = {
  readonly account: string;
  readonly report: string;
  readonly lines: readonly SentLine[];
  /** Only checks. */
  readonly isDryRun: boolean;
};

export class ImportSettlement extends Command<ImportedSettlementResource | Refusal> {
  readonly sent: SettlementImport;
  readonly requestId: string;

  constructor(sent: SettlementImport, requestId: string) {
    super();
    this.sent = sent;
    this.requestId = requestId;
  }
}

/** What became of a report. */
export class ImportedSettlementResource {
  @ApiProperty({ format: 'uuid', description: 'A report is a settlement of its account.' })
  readonly settlementId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty()
  readonly report!: string;

  @ApiProperty({ type: 'integer' })
  readonly lineCount!: number;

  @ApiProperty({ type: 'integer', description: 'Told before with the same facts: no effect.' })
  readonly alreadyKnown!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Told before with other facts: recorded as a conflict, never booked a second time.',
  })
  readonly conflicting!: number;

  @ApiProperty({ description: 'It was only checked.' })
  readonly isDryRun!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Reads take it as `minPosition`. Null where it was only checked.',
  })
  readonly position!: string | null;
}

/** Of one append: a report may be long. */
const APPEND_RECORDS_MAX = 500;
const ERRORS_SHOWN_MAX = 100;

@CommandHandler(ImportSettlement)
export class ImportSettlementHandler implements ICommandHandler<ImportSettlement> {
  readonly #log: EventLog;
  readonly #keyRing: KeyRing;
  readonly #accounts: KnownAccounts;
  readonly #reportLines: ReportLineReader;

  constructor(
    log: EventLog,
    keyRing: KeyRing,
    accounts: KnownAccounts,
    reportLines: ReportLineReader,
  ) {
    this.#log = log;
    this.#keyRing = keyRing;
    this.#accounts = accounts;
    this.#reportLines = reportLines;
  }

  async execute({
    sent,
    requestId,
  }: ImportSettlement): Promise<ImportedSettlementResource | Refusal> {
    const { report, isDryRun } = sent;
    const account = this.#accounts.find(sent.account);
    if (account === null) {
      const detail = `There is no provider account ${sent.account}.`;
      return refused([{ pointer: '/account', code: 'unknown-account', detail }]);
    }
    const nowMs = Date.now();
    const read = readSentLines(sent, { account, nowMs });
    if ('errors' in read) return refused(read.errors);
    const settlementId = settlementIdOf(account.id, report);
    const names = read.lines.map(({ text }) => text.line);
    const known = comparedWith(await this.#reportLines.known(settlementId, names), read.lines);
    if (known.errors.length > 0) return refused(known.errors);
    const records = read.lines.map((line) =>
      this.#record(line, { provider: account.provider, requestId, nowMs }),
    );
    return {
      settlementId,
      account: account.id,
      report,
      lineCount: records.length,
      alreadyKnown: known.same,
      conflicting: known.other,
      isDryRun,
      position: isDryRun ? null : await this.#append(records),
    };
  }

  /** In pieces: where one fails, the report is sent again, and what was told already has no effect. */
  async #append(records: readonly LogRecord[]): Promise<string> {
    const next = Array.from({ length: this.#log.partitions }, () => 0n);
    for (let start = 0; start < records.length; start += APPEND_RECORDS_MAX) {
      const piece = records.slice(start, start + APPEND_RECORDS_MAX);
      for (const { partition, position } of await this.#log.append(piece)) {
        if (position >= (next[partition] ?? 0n)) next[partition] = position + 1n;
      }
    }
    return encodePosition({ logId: this.#log.logId, next });
  }

  #record(
    { text, subject }: ReadLine,
    from: { readonly provider: string; readonly requestId: string; readonly nowMs: number },
  ): LogRecord {
    const value = encodeReportLine(text);
    return encodeObservation({
      id: uuidV7(),
      kind: 'report-line',
      account: parseSubjectKey(subject).account,
      route: 'settlement-import',
      subject,
      receivedAtMs: from.nowMs,
      schema: { provider: from.provider, ...REPORT_LINE_SCHEMA },
      verification: { mode: 'api', keyId: null, verdict: 'verified' },
      requestId: from.requestId,
      providerTraceIds: [],
      redactedQuery: null,
      headers: {},
      bodyType: null,
      bodyDigest: bodyDigest(value, this.#keyRing.digestKey),
      traceparent: null,
      lookup: null,
      value,
      sealed: null,
    });
  }
}

/**
 * Counts what was told before. A line that was told of another movement is refused: the fold of one subject
 * cannot see that of another, so both would be booked.
 */
function comparedWith(
  rows: readonly KnownLineRow[],
  lines: readonly ReadLine[],
): { readonly same: number; readonly other: number; readonly errors: readonly FieldError[] } {
  const known = Map.groupBy(rows, ({ line }) => line);
  const errors: FieldError[] = [];
  let [same, other] = [0, 0];
  for (const { text, movement, line, sent } of lines) {
    const before = known.get(text.line);
    if (before === undefined) continue;
    const own = before.find(({ subject }) => subject === movement);
    if (own === undefined) {
      const detail = `${sent.label}: line ${text.line} was told of another movement before.`;
      errors.push({ pointer: `${sent.pointer}/reference`, code: 'told-otherwise', detail });
    } else if (factsOf(own) === factsOf({ ...line, ...line.amount })) same += 1;
    else other += 1;
  }
  return { same, other, errors };
}

function factsOf(line: {
  readonly type: string;
  readonly currency: string;
  readonly exponent: number;
  readonly paidAt: Date | string;
  readonly minor?: bigint;
  readonly amountMinor?: string;
}): string {
  const { type, currency, exponent, paidAt, minor, amountMinor } = line;
  const at = new Date(paidAt).toISOString();
  return `${type} ${String(minor ?? amountMinor)} ${currency} ${exponent} ${at}`;
}

function refused(errors: readonly FieldError[]): Refusal {
  const more = errors.length > 1 ? ` There are ${errors.length} faults.` : '';
  const detail = `Nothing was imported: ${errors[0]?.detail ?? ''}${more}`;
  return { refused: 'invalid-body', detail, errors: errors.slice(0, ERRORS_SHOWN_MAX) };
}
