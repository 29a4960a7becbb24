import { inject } from 'vitest';
import type {} from './kafka.setup.js';

/** `host:port` list of the brokers of this run; empty where none can be had. */
export function kafkaBrokers(): string[] {
  return [...inject('kafkaBrokers')];
}

/** For `describe.skipIf(!isKafkaAvailable())`: such specs are counted as skipped. */
export function isKafkaAvailable(): boolean {
  return inject('kafkaBrokers').length > 0;
}

/** The shortest group session that the brokers of this run allow. */
export function kafkaSessionTimeoutMs(): number {
  return inject('kafkaSessionTimeoutMs');
}
