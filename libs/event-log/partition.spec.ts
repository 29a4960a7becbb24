import { describe, expect, it } from 'vitest';
import { partitionOf } from './partition.js';

const PARTITIONS = 12;

describe('partitionOf', () => {
  // For ever: a key that moved to another partition would lose its order. The values are those of
  // Java's `Utils.toPositive(Utils.murmur2(key)) % 12` (kafka-clients 4.3.1).
  it.each([
    ['', 9],
    ['a', 4],
    ['ab', 2],
    ['abc', 3],
    ['abcd', 8],
    ['mintcash/payment/pay_01', 2],
    ['mintcash/payment/PAY_01', 7],
    ['cobru/payment/aB3x9Q', 9],
    ['conomy/transaction/000123', 0],
    ['tonder/withdrawal/8f14e45f', 1],
    ['cobru/payment/%C3%B1and%C3%BA', 9],
    ['período/ñ', 7],
  ])('keeps %j in partition %i of 12', (key, partition) => {
    expect(partitionOf(key, PARTITIONS)).toBe(partition);
  });
});
