import kafkajs from 'kafkajs';
import { serveBare } from './bare-server.js';
import { coalesce } from './coalesce.js';

/**
 * Baseline: one idempotent producer, one send under way, over all partitions. It loses acknowledged records
 * when a partition's leader changes during a send, so it is a bound and no way to do it.
 */
const kafka = new kafkajs.Kafka({
  brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const partitions = Number(process.env['PARTITIONS']);
const topic = process.env['TOPIC'] ?? '';
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  // Every message names its partition.
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});
await producer.connect();
let next = 0;

await serveBare(
  coalesce<Buffer>((batch) =>
    producer.send({
      topic,
      acks: -1,
      messages: batch.map((value) => {
        next = (next + 1) % partitions;
        return { value, partition: next };
      }),
    }),
  ),
);
