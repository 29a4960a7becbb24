import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseSubjectKey } from '#events/subject.js';
import { formatMajorUnits, type Money } from '#ledger/money.js';
import { providerClearing } from '#ledger/posting/ledger-account.js';
import type { Database } from '#read-models/database.js';

/** Where the API of this process answers. */
export type OwnApi = { readonly url: string; readonly token: string };

/**
 * Plays the end of the money's way: the provider pays out what it holds of an account, all but the latest
 * payment, and its settlement report is imported. Answers a line about it, or null where nothing is due.
 */
export async function payOut(
  { database, api }: { readonly database: Database; readonly api: OwnApi },
  of: { readonly account: string; readonly report: string; readonly folder: string },
): Promise<string | null> {
  const { rows } = await database.query<DueRow>(DUE, [providerClearing(of.account)]);
  const paid = rows.slice(0, -1);
  if (paid.length === 0) return null;
  const file = join(of.folder, `settlement-${of.report}.csv`);
  const text = reportText(paid, new Date());
  await writeFile(file, text, { mode: 0o600 });
  await importReport(api, { ...of, text });
  return (
    `${of.account} pays out ${paid.length} of ${rows.length} payments, ${sumsText(paid)}, and its ` +
    `settlement report is imported: ${relative('.', file)}`
  );
}

function reportText(paid: readonly DueRow[], paidAt: Date): string {
  const lines = paid.map((row, index) => {
    const { kind, reference } = parseSubjectKey(row.subject);
    const money = moneyOf(row);
    const columns = ['payment', `${kind}/${reference}`, formatMajorUnits(money), money.currency];
    return [index + 1, ...columns, paidAt.toISOString()].join(',');
  });
  return `line,type,reference,amount,currency,paid_at\n${lines.join('\n')}\n`;
}

/** `ARS 1985.00 and USD 12.00`. */
function sumsText(paid: readonly DueRow[]): string {
  const sums = new Map<string, Money>();
  for (const money of paid.map(moneyOf)) {
    const minor = (sums.get(money.currency)?.minor ?? 0n) + money.minor;
    sums.set(money.currency, { ...money, minor });
  }
  return [...sums.values()]
    .map((money) => `${money.currency} ${formatMajorUnits(money)}`)
    .join(' and ');
}

function moneyOf({ minor, currency, exponent }: DueRow): Money {
  return { minor: BigInt(minor), currency, exponent };
}

/** Waits until it is folded, so that the books that are shown next have it. */
async function importReport(
  { url, token }: OwnApi,
  report: { readonly account: string; readonly report: string; readonly text: string },
): Promise<void> {
  const authorization = `Bearer ${token}`;
  const query = new URLSearchParams({ account: report.account, report: report.report });
  const imported = await fetch(`${url}/v1/settlements/imports?${query.toString()}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'text/csv' },
    body: report.text,
  });
  if (imported.status !== 201) throw new Error(`The report was refused: ${await imported.text()}`);
  const { settlementId, position } = (await imported.json()) as Record<string, string>;
  const settlement = `${url}/v1/settlements/${settlementId}?minPosition=${position}`;
  const folded = await fetch(settlement, { headers: { authorization } });
  if (!folded.ok) throw new Error(`The report was not folded: ${await folded.text()}`);
}

type DueRow = {
  readonly subject: string;
  readonly currency: string;
  readonly exponent: number;
  readonly minor: string;
};

/** Of refunded payments a report would tell the refund apart. */
const DUE = `
  select item.subject, item.currency, item.exponent, item.amount_minor::text as minor
    from cuadre.open_items item join cuadre.payments p on p.payment_id = item.subject_id
   where item.ledger_account = $1 and p.kind = 'payment' and p.status = 'succeeded'
     and item.amount_minor > 0
   order by item.since, item.subject`;
