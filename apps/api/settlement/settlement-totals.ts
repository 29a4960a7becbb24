import { ApiProperty } from '@nestjs/swagger';
import type { SettlementPart } from '#read-models/queries/settlement-reader.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';

const money = { type: () => MoneyResource, nullable: true } as const;

/** What a batch comes to in one currency. */
export class SettlementTotalResource {
  @ApiProperty({ description: 'ISO 4217.', pattern: '^[A-Z]{3,4}$', example: 'ARS' })
  readonly currency!: string;

  @ApiProperty({ ...money, description: 'Amounts of its payments.' })
  readonly gross!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'Of the payments that state one; null where none does.' })
  readonly fee!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'Of the payments that state one; null where none does.' })
  readonly tax!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'Null unless every payment states what is credited.' })
  readonly net!: MoneyResource | null;

  @ApiProperty({
    ...money,
    description: 'Given back of its payments so far, whichever batch that is in; null for nothing.',
  })
  readonly refunded!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'Refunds that the batch itself holds; null for none.' })
  readonly refunds!: MoneyResource | null;
}

/** By currency; movements whose amount is not known yet are in none. */
export function settlementTotals(
  parts: readonly SettlementPart[],
): readonly SettlementTotalResource[] {
  const byCurrency = Map.groupBy(parts, ({ currency, exponent }) => `${currency} ${exponent}`);
  return [...byCurrency.values()].flatMap((own) => {
    const [like] = own;
    const payments = own.filter(({ kind }) => kind === 'payment');
    const refunds = own.filter(({ kind }) => kind === 'refund');
    if (like === undefined || like.currency === null) return [];
    const isNetKnown = payments.every(({ netMinor }) => netMinor !== null);
    const sum = (
      of: readonly SettlementPart[],
      pick: (part: SettlementPart) => string | null,
    ): MoneyResource | null => moneyOf(sumOf(of.map(pick)), like);
    return {
      currency: like.currency,
      gross: sum(payments, (part) => part.grossMinor),
      fee: sum(payments, (part) => part.feeMinor),
      tax: sum(payments, (part) => part.taxMinor),
      net: isNetKnown ? sum(payments, (part) => part.netMinor) : null,
      refunded: sum(payments, (part) => part.refundedMinor),
      refunds: sum(refunds, (part) => part.grossMinor),
    };
  });
}

/** Null where there is nothing to sum. */
function sumOf(minors: readonly (string | null)[]): string | null {
  const known = minors.flatMap((minor) => (minor === null ? [] : [BigInt(minor)]));
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0n).toString();
}
