import { readFile } from 'node:fs/promises';
import { CORRECTION_CODES, isCorrectionCode } from '#ledger/posting/correction.js';
import { POSTING_RULES, postingRuleAt } from '#ledger/posting/rules.js';
import { paint } from '#platform/terminal.js';
import { CommandError, type Command, type CommandIo, type ExitCode } from './command.js';
import { LedgerService } from './ledger-service.js';
import { parseOptions, usageError } from './options.js';

const NAME = 'ledger correct';

/** What the API takes at once. */
const PAYMENTS_PER_CALL = 500;

/** `cuadre ledger correct`. */
export const ledgerCorrect: Command = {
  name: 'correct',
  summary: 'have payments booked anew, by the posting rule that is in force now',
  help: `Usage: cuadre ledger correct <payment id>… --code <why> [options]
       cuadre ledger correct --diff <file> --code <why> [options]

Appends a ruling for each payment, withdrawal or refund to the log. The books then post the difference to
what the rule in force now makes of it: as entries of today, dated as the first ones, or into the open
period where that is closed. No entry is changed; again it posts nothing. \`cuadre ledger diff\` tells before
what it would post, and \`cuadre trace\` after what it did. The token needs the scope \`operate\`.

  --diff FILE        the payments of \`cuadre ledger diff --json\`
  --code CODE        ${CORRECTION_CODES.join(' | ')}
  --reference ID     the ticket where that was decided; no names: the log keeps it for ever
  --url <url>        the API (default http://127.0.0.1:PORT)
  --token <token>    (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json             {"rulings": ..., "position": ...} on stdout, a line for each ${PAYMENTS_PER_CALL}
`,
  run: (args, io) => runLedgerCorrect(args, io),
};

async function runLedgerCorrect(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseOptions(NAME, args, {
    diff: { type: 'string' },
    code: { type: 'string' },
    reference: { type: 'string' },
    url: { type: 'string' },
    token: { type: 'string' },
  });
  const { code = null, reference = null, diff } = values;
  if (!isCorrectionCode(code)) {
    throw usageError(NAME, `\`--code\` has to be one of ${CORRECTION_CODES.join(', ')}.`);
  }
  if ((diff === undefined) === (positionals.length === 0)) {
    throw usageError(NAME, 'Which payments? Name them, or a file with `--diff`.');
  }
  const paymentIds = diff === undefined ? positionals : await readDiff(diff);
  const service = await LedgerService.open(values, io);
  let rulings = 0;
  for (let start = 0; start < paymentIds.length; start += PAYMENTS_PER_CALL) {
    const some = paymentIds.slice(start, start + PAYMENTS_PER_CALL);
    const body = { paymentIds: some, code, reference };
    const answer = (await service.post('/v1/ledger/corrections', body)) as Corrected;
    rulings += answer.rulings;
    if (values.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  if (!values.json) io.stdout.write(correctedText(rulings, io));
  return 0;
}

type Corrected = { readonly rulings: number; readonly position: string };

/** What a ruling posts is known once it is folded: nothing, where its payment follows the rule already. */
function correctedText(rulings: number, { stdout }: CommandIo): string {
  if (rulings === 0) return 'Nothing differs, so nothing was corrected.\n';
  const what = rulings === 1 ? '1 ruling is' : `${rulings} rulings are`;
  return (
    `${paint(`${what} recorded.`, 'green', stdout)}\n` +
    'What each posts, if anything differs, shows in `cuadre trace <payment id>`; `cuadre ledger diff` tells ' +
    'what still differs.\n'
  );
}

/** Ids of the payments that differ. Throws `CommandError` for what is no diff, or not a whole one. */
async function readDiff(path: string): Promise<readonly string[]> {
  const fail = (why: string, cause?: unknown): CommandError =>
    new CommandError(`${path} is no output of \`cuadre ledger diff --json\`: ${why}.`, {
      exitCode: 2,
      cause,
    });
  let lines: readonly Readonly<Record<string, unknown>>[];
  try {
    const text = await readFile(path, 'utf8');
    lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  const result = lines.at(-1);
  if (result?.['step'] !== 'done') throw fail('it does not end with its result');
  assertInForce(path, result['rule']);
  return lines.flatMap(({ step, paymentId }) =>
    step === 'difference' && typeof paymentId === 'string' ? [paymentId] : [],
  );
}

/** A diff of another rule names payments that a correction would not change, or not so. */
function assertInForce(path: string, rule: unknown): void {
  const { name } = postingRuleAt(POSTING_RULES, new Date().toISOString());
  if (typeof rule !== 'string' || rule === name) return;
  throw new CommandError(`${path} is a diff of rule ${rule}, which is not in force.`, {
    exitCode: 2,
    hint: `A correction books by ${name}: make the diff without \`--rule\`.`,
  });
}
