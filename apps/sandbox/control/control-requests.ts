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
import { FORGERIES, type Forgery } from '../plan/forgery.js';
import { PLAYED_PROVIDERS, type PlayedProvider } from '../plan/scenario.js';
import { FAULTS, type Fault } from '../provider-api/faults.js';

const RETRIES = ['provider', 'persistent'] as const;

/** How deliveries travel, whatever is in them. */
class TrafficRequest {
  /** So many at once, then a pause, at the same rate on the whole. */
  @IsInt()
  @Min(1)
  @Max(10_000)
  readonly burst: number = 1;

  /** Each comes up to so much later than it was due, on our clock. */
  @IsNumber()
  @Min(0)
  @Max(3_600)
  readonly delaySeconds: number = 0;

  /** Percent of first sendings that are lost, so that only the provider's retry can bring them. */
  @IsNumber()
  @Min(0)
  @Max(100)
  readonly lose: number = 0;

  /** Seconds of the provider's clock for one of ours, between its retries. */
  @IsNumber()
  @Min(0.01)
  @Max(1_000_000)
  readonly speed: number = 1;

  /** The provider's own schedule, or again and again within seconds. */
  @IsIn(RETRIES)
  readonly retries: (typeof RETRIES)[number] = 'provider';
}

/** What may be asked of the sandbox, with its bounds. */
export class StormRequest extends TrafficRequest {
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

  /** Bodies that mean harm, percent of the genuine deliveries. */
  @IsNumber()
  @Min(0)
  @Max(100)
  readonly hostile: number = 0;

  /** In deliveries. */
  @IsInt()
  @Min(0)
  @Max(10_000)
  readonly reorderWindow: number = 10;

  /** All that have an account, when it is left out. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PLAYED_PROVIDERS.length)
  @ArrayUnique()
  @IsIn(PLAYED_PROVIDERS, { each: true })
  readonly providers?: readonly PlayedProvider[];

  /** A file name in the sandbox's folder for a JSON line of every 2xx. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/)
  readonly journal?: string;
}

export class DeliveryRequest extends TrafficRequest {
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

  /** How often, each time about something of its own; the first time about `orderId` where it is given. */
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

  /** One way of forging instead of the likeliest. */
  @IsOptional()
  @IsIn(FORGERIES)
  readonly forgery?: Forgery;

  /** In deliveries. */
  @IsInt()
  @Min(0)
  @Max(10_000)
  readonly reorderWindow: number = 0;

  @IsNumber()
  @Min(0.1)
  @Max(5_000)
  readonly ratePerSecond: number = 50;

  /** Members of the body to replace, by path, before it is signed. */
  @IsOptional()
  @IsObject()
  readonly set?: Readonly<Record<string, unknown>>;

  /** Goes on with what the books have under this reference. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9._:@/-]{1,100}$/)
  readonly orderId?: string;
}

export class FaultRequest {
  /** Every provider's API when it is left out. */
  @IsOptional()
  @IsIn(PLAYED_PROVIDERS)
  readonly provider?: PlayedProvider;

  @IsIn(FAULTS)
  readonly fault: Fault = 'none';

  @IsInt()
  @Min(0)
  @Max(60_000)
  readonly delayMs: number = 0;
}
