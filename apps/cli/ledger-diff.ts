import { formatMajorUnits, type Money } from '#ledger/money.js';
import {
  POSTING_CHOICES,
  POSTING_RULES,
  postingRuleAt,
  type PostingRule,
} from '#ledger/posting/rules.js';
import { paint } from '#platform/terminal.js';
import {
  diffBooks,
  type AccountDifference,
  type BooksDiff,
  type DiffProgress,
  type PaymentDifference,
} from '#projection/books/diff-books.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { jsonText } from './json-text.js';
import { readRuleFile } from './ledger-rule-file.js';
import { groupedAmount } from './ledger-text.js';
import { withStore } from './open-store.js';
import { numberOption, parseOptions } from './options.js';
import { ProgressLine } from './progress-line.js';
import { formatTable } from './table.js';

/** `cuadre ledger diff`. */
export const ledgerDiff: Command = {
  name: 'diff',
  summary:
    'what a correction, or a new posting rule, would change in the books, payment by payment',
  help: `Usage: cuadre ledger diff [--rule <file.json>] [options]

Replays the log in memory beside the live books and tells what would differ, by account and by payment,
with balanced correcting entries of today: if every payment were booked by the rule in force now, which is
what \`cuadre ledger correct\` has done; or with one more posting rule. Writes nothing; needs no running
service, and a running one goes on meanwhile. Exits with 1 when something differs.

  --rule FILE      the rule: {"name": "...", "effectiveFrom": "<UTC time>", and any of these choices:
${Object.entries(POSTING_CHOICES)
  .map(
    ([name, values]) =>
      `                     "${name}": ${values.map((one) => `"${one}"`).join(' | ')}`,
  )
  .join('\n')}}
                   Without effectiveFrom it counts from the beginning. A payment follows the rule in force
                   when the log first had trusted news of it, or when it was last corrected, so a rule
                   dated today changes no old one.
  --payments N     how many payments to print (default 20)
  --json           progress, every payment that differs with its corrections, and the result, as JSON lines
`,
  run: (args, io) => runLedgerDiff(args, io),
};

async function runLedgerDiff(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseOptions('ledger diff', args, {
    rule: { type: 'string' },
    payments: { type: 'string' },
  });
  const paymentsMax =
    numberOption(
      'ledger diff',
      { name: 'payments', text: values.payments },
      { min: 0, max: 1_000_000 },
    ) ?? 20;
  const rule = values.rule === undefined ? null : await readRuleFile(values.rule);
  const at = new Date().toISOString();
  const report = values.json ? jsonReport(io, rule) : textReport(io, { rule, at, paymentsMax });
  const result = await withStore(io, 'ledger-diff', (store) =>
    diffBooks(store, {
      rule,
      at,
      signal: io.signal,
      onProgress: report.progress,
      onDifference: report.difference,
    }),
  );
  report.result(result);
  return result.differing === 0 ? 0 : 1;
}

type Report = {
  readonly progress: (progress: DiffProgress) => void;
  readonly difference: (difference: PaymentDifference) => void;
  readonly result: (result: BooksDiff) => void;
};

function jsonReport({ stdout }: CommandIo, rule: PostingRule | null): Report {
  const line = (value: unknown): unknown => stdout.write(`${jsonText(value)}\n`);
  return {
    progress: line,
    difference: (difference) => line({ step: 'difference', ...difference }),
    result: (result) => line({ step: 'done', rule: rule?.name ?? null, ...result }),
  };
}

function textReport(
  { stdout, stderr }: CommandIo,
  {
    rule,
    at,
    paymentsMax,
  }: { readonly rule: PostingRule | null; readonly at: string; readonly paymentsMax: number },
): Report {
  const line = new ProgressLine(stderr);
  const startedMs = performance.now();
  const shown: PaymentDifference[] = [];
  const say = (text: string): void => {
    line.clear();
    stdout.write(`${text}\n`);
  };
  say(
    rule === null
      ? `Every payment by the rule in force now, ${postingRuleAt(POSTING_RULES, at).name}.`
      : ruleText(rule),
  );
  return {
    progress: ({ records, of }) => {
      const seconds = (performance.now() - startedMs) / 1000;
      const rate = Math.round(Number(records) / Math.max(seconds, 0.001));
      line.update(`  ${records} of ${of} records, ${rate} records/s`);
    },
    difference: (difference) => {
      if (shown.length < paymentsMax) shown.push(difference);
    },
    result: ({ records, payments, differing, drifted, accounts }) => {
      const of = `${payments} payments, ${records} records`;
      if (drifted > 0) {
        say(
          paint(
            `${drifted} payments are not booked as the rules in force have it; \`cuadre verify\` tells more.`,
            'red',
            stdout,
          ),
        );
      }
      if (differing === 0) return say(paint(`Nothing would differ: ${of}.`, 'green', stdout));
      say(`\n${formatTable([ACCOUNT_HEADER, ...accounts.map(accountRow)])}`);
      say(paint(`${differing} of ${of} would differ.`, 'yellow', stdout));
      for (const one of shown) say(paymentText(one));
      if (shown.length < differing) {
        say(`  … and ${differing - shown.length} more: --payments N, or all of them by --json.`);
      }
    },
  };
}

function ruleText(rule: PostingRule): string {
  const before = postingRuleAt(POSTING_RULES, rule.effectiveFrom);
  const names = Object.keys(POSTING_CHOICES) as readonly (keyof typeof POSTING_CHOICES)[];
  const changes = names
    .filter((name) => rule[name] !== before[name])
    .map((name) => `${name} ${rule[name]} (now ${before[name]})`);
  const changed =
    changes.length === 0 ? 'no choice differs from the rule in force' : changes.join(', ');
  return `Rule ${rule.name} from ${rule.effectiveFrom}: ${changed}.`;
}

const ACCOUNT_HEADER = ['account', 'layer', 'live', 'proposed', 'difference'] as const;

function accountRow(one: AccountDifference): readonly string[] {
  return [
    one.account,
    one.layer,
    moneyText(one, one.liveMinor),
    moneyText(one, one.proposedMinor),
    signedText(one, one.proposedMinor - one.liveMinor),
  ];
}

function paymentText({ subject, rule, isDrifted, corrections }: PaymentDifference): string {
  const legs = corrections.flatMap(({ legs: own, layer, currency, exponent }) =>
    own.map(({ account, minor }) => [
      `    ${account}`,
      layer,
      signedText({ currency, exponent }, minor),
    ]),
  );
  const drift = isDrifted ? ', not booked as the rules in force have it' : '';
  return `  ${subject} by ${rule}${drift}\n${formatTable(legs).trimEnd()}`;
}

function groupedMinor({ minor, currency, exponent }: Money): string {
  return groupedAmount({ amount: formatMajorUnits({ minor, currency, exponent }) });
}

type Currency = { readonly currency: string; readonly exponent: number };

function moneyText({ currency, exponent }: Currency, minor: bigint): string {
  return `${currency} ${groupedMinor({ minor, currency, exponent })}`;
}

function signedText(currency: Currency, minor: bigint): string {
  const sign = minor > 0n ? '+' : '';
  return `${currency.currency} ${sign}${groupedMinor({ minor, ...currency })}`;
}
