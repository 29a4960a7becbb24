import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson, type MoneyJson } from '#ledger/money.js';

/** An amount of money. Text, so that no reader passes it through a float. */
export class MoneyResource implements MoneyJson {
  @ApiProperty({
    description: 'Major units with all decimals of the currency.',
    pattern: '^-?[0-9]+(\\.[0-9]+)?$',
    example: '50000.00',
  })
  readonly amount!: string;

  @ApiProperty({ description: 'ISO 4217.', pattern: '^[A-Z]{3,4}$', example: 'COP' })
  readonly currency!: string;

  @ApiProperty({
    description: 'The same amount in minor units.',
    pattern: '^-?[0-9]+$',
    example: '5000000',
  })
  readonly minorUnits!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Decimals of the currency at this provider.',
    example: 2,
  })
  readonly exponent!: number;
}

/** Money of three columns; null where any of them is. */
export function moneyOf(
  minor: string | null,
  { currency, exponent }: { readonly currency: string | null; readonly exponent: number | null },
): MoneyResource | null {
  if (minor === null || currency === null || exponent === null) return null;
  return moneyToJson({ minor: BigInt(minor), currency, exponent });
}
