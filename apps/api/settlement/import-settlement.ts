import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventLog } from '#event-log/event-log.js';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { positionAfterAll } from '#events/position.js';
import type { LogRecord } from '#events/record.js';
import { KeyRing } from '#events/sealing.js';
import type { FieldError } from '#platform/problem.js';
import type { Account } from '#providers/account.js';
import { REPORT_LINE_SCHEMA } from '#providers/settlement-report.js';
import { ReportLineReader } from '#read-models/queries/report-line-reader.js';
import { ReportLineClaims } from '#read-models/writes/report-line-claims.js';
import type { Refusal } from '../http/refusal.js';
import { operatorRecord, type OperatorCall } from '../ledger/operator-record.js';
import { importRefusal } from './import-refusal.js';
import type { ImportedSettlementResource } from './imported-settlement-resource.js';
import { KnownAccounts } from './known-accounts.js';
import { comparedWith, rivalErrors } from './known-lines.js';
import { previewLines } from './preview-lines.js';
import type { SentLines } from './report-file.js';
import { readSentLines, type ReadLine } from './sent-line.js';

export type SettlementImport = SentLines & {
  readonly account: string;
  readonly report: string;
  /** Only checks. */
  readonly isDryRun: boolean;
};

export class ImportSettlement extends Command<ImportedSettlementResource | Refusal> {
  readonly sent: SettlementImport;
  readonly call: OperatorCall;

  constructor(sent: SettlementImport, call: OperatorCall) {
    super();
    this.sent = sent;
    this.call = call;
  }
}

/** Of one append: a report may be long. */
const APPEND_RECORDS_MAX = 500;

/** Far more than a movement is paid out in, and far fewer than would hold up the fold. */
const LINES_OF_MOVEMENT_MAX = 100;

const LINES_SHOWN_MAX = 20;

/** Lines that can be told to the log, and what they are told of. */
type CheckedReport = {
  readonly account: Account;
  readonly report: string;
  readonly settlementId: string;
  readonly lines: readonly ReadLine[];
  readonly same: readonly ReadLine[];
  readonly conflicting: readonly ReadLine[];
};

@CommandHandler(ImportSettlement)
export class ImportSettlementHandler implements ICommandHandler<ImportSettlement> {
  readonly #log: EventLog;
  readonly #keyRing: KeyRing;
  readonly #accounts: KnownAccounts;
  readonly #reportLines: ReportLineReader;
  readonly #claims: ReportLineClaims;

  constructor(
    log: EventLog,
    keyRing: KeyRing,
    accounts: KnownAccounts,
    reportLines: ReportLineReader,
    claims: ReportLineClaims,
  ) {
    this.#log = log;
    this.#keyRing = keyRing;
    this.#accounts = accounts;
    this.#reportLines = reportLines;
    this.#claims = claims;
  }

  async execute({ sent, call }: ImportSettlement): Promise<ImportedSettlementResource | Refusal> {
    const nowMs = Date.now();
    const { isDryRun } = sent;
    const checked = await this.#check(sent, nowMs);
    if ('errors' in checked) return importRefusal(checked.errors);
    const { account, report, settlementId, lines, same, conflicting } = checked;
    const named = lines.flatMap(({ movement }) => (movement === null ? [] : [movement]));
    const movements = await this.#reportLines.movements([...new Set(named)].map(subjectIdOf));
    const preview = previewLines(movements, { lines, nowMs });
    return {
      settlementId,
      account: account.id,
      report,
      lineCount: lines.length,
      alreadyKnown: same.length,
      conflicting: conflicting.length,
      conflictingLines: namesOf(conflicting),
      matches: preview.matches,
      otherCurrencyLines: namesOf(preview.otherCurrency),
      isDryRun,
      position: isDryRun ? null : await this.#append(checked, { call, nowMs }),
    };
  }

  /** Claims the lines, so that no other import tells them of another movement; a dry run only looks. */
  async #check(
    sent: SettlementImport,
    nowMs: number,
  ): Promise<CheckedReport | { readonly errors: readonly FieldError[] }> {
    const { report, isDryRun } = sent;
    const account = this.#accounts.find(sent.account);
    if (account === null) {
      const detail = `There is no provider account ${sent.account}.`;
      return { errors: [{ pointer: '/account', code: 'unknown-account', detail }] };
    }
    const read = readSentLines(sent, { account, nowMs });
    const { lines } = read;
    if (read.errors.length > 0) return read;
    const settlementId = settlementIdOf(account.id, report);
    const names = lines.map(({ text }) => text.line);
    const known = comparedWith(await this.#reportLines.known(settlementId, names), lines);
    if (known.errors.length > 0) return known;
    const claimed = lines.map(({ text, subject }) => ({ line: text.line, subject }));
    const claim = { settlementId, account: account.id, lines: claimed };
    const linesMax = LINES_OF_MOVEMENT_MAX;
    const rivals = isDryRun
      ? await this.#claims.check(claim, linesMax)
      : await this.#claims.claim(claim, linesMax);
    const errors = rivalErrors(rivals, { lines, linesMax });
    if (errors.length > 0) return { errors };
    const { same, conflicting } = known;
    return { account, report, settlementId, lines, same, conflicting };
  }

  /** In pieces: where one fails, the report is sent again, and what was told already has no effect. */
  async #append(
    { account, lines }: CheckedReport,
    { call, nowMs }: { readonly call: OperatorCall; readonly nowMs: number },
  ): Promise<string> {
    const schema = { provider: account.provider, ...REPORT_LINE_SCHEMA };
    const at = { call, keyRing: this.#keyRing, nowMs };
    const records = lines.map(({ text, subject }): LogRecord =>
      operatorRecord(
        { kind: 'report-line', account: account.id, subject, schema, facts: text },
        at,
      ),
    );
    const positions: { readonly partition: number; readonly position: bigint }[] = [];
    for (let start = 0; start < records.length; start += APPEND_RECORDS_MAX) {
      const piece = records.slice(start, start + APPEND_RECORDS_MAX);
      positions.push(...(await this.#log.append(piece)));
    }
    return positionAfterAll(this.#log, positions);
  }
}

function namesOf(lines: readonly ReadLine[]): readonly string[] {
  return lines.slice(0, LINES_SHOWN_MAX).map(({ text }) => text.line);
}
