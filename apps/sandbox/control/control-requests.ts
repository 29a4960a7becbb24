import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { FAULTS, type Fault } from '../cobru-api/faults.js';
import { PLAYED_PROVIDERS, type PlayedProvider } from '../plan/scenarios.js';

/** What may be asked of the sandbox, with its bounds. */
export class StormRequest {
  /** The same seed is the same storm, byte for byte. Left out: one is chosen and told. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(4_294_967_295)
  readonly seed?: number;

  @IsInt()
  @Min(1)
  @Max(100_000)
  readonly count: number = 500;

  @IsNumber()
  @Min(0.1)
  @Max(5_000)
  readonly ratePerSecond: number = 100;

  /** Percent of the genuine deliveries. */
  @IsNumber()
  @Min(0)
  @Max(100)
  readonly duplicates: number = 20;

  /** Percent of the genuine deliveries. */
  @IsNumber()
  @Min(0)
  @Max(100)
  readonly forgeries: number = 5;

  /** In deliveries. */
  @IsInt()
  @Min(0)
  @Max(10_000)
  readonly reorderWindow: number = 10;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PLAYED_PROVIDERS.length)
  @ArrayUnique()
  @IsIn(PLAYED_PROVIDERS, { each: true })
  readonly providers: readonly PlayedProvider[] = PLAYED_PROVIDERS;

  /** A file name in the sandbox's folder for a JSON line of every 2xx. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/)
  readonly journal?: string;
}

export class DeliveryRequest {
  @IsIn(PLAYED_PROVIDERS)
  readonly provider: PlayedProvider = 'mintcash';

  /** A whole life cycle by name; instead of `event`. */
  @IsOptional()
  @IsString()
  @Length(1, 60)
  readonly scenario?: string;

  /** One event, by its common word or by the provider's own name. */
  @IsOptional()
  @IsString()
  @Length(1, 60)
  readonly event?: string;

  /** How many payments, each of an order of its own unless `orderId` is given. */
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly times: number = 1;

  /** How often each delivery is sent again. */
  @IsInt()
  @Min(0)
  @Max(100)
  readonly dup: number = 0;

  /** As somebody without the secrets would send it. */
  @IsBoolean()
  readonly forge: boolean = false;

  @IsNumber()
  @Min(0.1)
  @Max(5_000)
  readonly ratePerSecond: number = 50;

  /** Members of the body to replace, by path, before it is signed. */
  @IsOptional()
  @IsObject()
  readonly set?: Readonly<Record<string, unknown>>;

  /** Goes on with this order's payment when the books have it. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9._:@/-]{1,100}$/)
  readonly orderId?: string;
}

export class FaultRequest {
  @IsIn(FAULTS)
  readonly fault: Fault = 'none';

  @IsInt()
  @Min(0)
  @Max(60_000)
  readonly delayMs: number = 0;
}
