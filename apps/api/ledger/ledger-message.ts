import { enumName } from '../grpc/enum-name.js';
import {
  layerFromJSON,
  sideFromJSON,
  type Balance,
  type Entry,
  type TrialBalance,
} from '../grpc/gen/cuadre/v1/ledger.js';
import type { EntryResource } from './entry-resource.js';
import type { TrialBalanceResource } from './get-trial-balance.js';
import type { BalanceResource } from './list-balances.js';

/** The REST resources as protobuf messages: the same members, the same meaning. */
export function trialBalanceMessage(found: TrialBalanceResource): TrialBalance {
  return {
    layer: layerFromJSON(enumName('LAYER', found.layer)),
    isBalanced: found.isBalanced,
    lines: found.lines.map(({ account, currency, debit, credit }) => ({
      account,
      currency,
      debit: debit ?? undefined,
      credit: credit ?? undefined,
    })),
    totals: [...found.totals],
  };
}

export function balanceMessage(found: BalanceResource): Balance {
  return {
    account: found.account,
    normalSide: sideFromJSON(enumName('SIDE', found.normalSide)),
    layer: layerFromJSON(enumName('LAYER', found.layer)),
    debits: found.debits,
    credits: found.credits,
    balance: found.balance,
    entryCount: String(found.entryCount),
  };
}

export function entryMessage(entry: EntryResource): Entry {
  return {
    entryId: entry.entryId,
    account: entry.account,
    side: sideFromJSON(enumName('SIDE', entry.side)),
    amount: entry.amount,
    layer: layerFromJSON(enumName('LAYER', entry.layer)),
    line: entry.line,
    reason: entry.reason ?? undefined,
    effectiveAt: entry.effectiveAt,
    toldAt: entry.toldAt ?? undefined,
    recordedAt: entry.recordedAt,
    subjectId: entry.subjectId,
    eventId: entry.eventId,
    observationId: entry.observationId,
    partition: entry.partition,
    sequence: entry.sequence,
    hash: entry.hash,
  };
}
