import { Partitioners } from 'kafkajs';
import { expect, it } from 'vitest';
import { partitionOf } from '../partition.js';

const PARTITIONS = 12;

it('puts a key where any Kafka client puts it, for keys of every length', () => {
  const partition = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => {
    return { partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] };
  });
  const used = new Set<number>();
  for (let index = 0; index < 1_000; index += 1) {
    const key = `cobru/payment/${'ñ'.repeat(index % 5)}${'x'.repeat(index % 7)}${index}`;
    const message = { key: Buffer.from(key), value: null };
    const expected = partition({ topic: 't', partitionMetadata, message });
    expect(partitionOf(key, PARTITIONS), key).toBe(expected);
    used.add(expected);
  }
  expect(used.size).toBe(PARTITIONS);
});
