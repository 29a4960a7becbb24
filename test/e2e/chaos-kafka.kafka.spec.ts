import { describe, expect, it } from 'vitest';
import { runChaos } from '../chaos/run-program.js';
import { isKafkaAvailable } from '../harness/kafka-brokers.js';
import { whyNoKafka } from '../harness/kafka-install.js';

const TIMEOUT_MS = 270_000;

// It needs a broker of its own, which it can kill.
describe.skipIf(!isKafkaAvailable() || whyNoKafka() !== null)('with the log on Kafka', () => {
  it(
    'loses nothing when a projector sleeps past its session, the broker dies and answers are lost',
    { timeout: TIMEOUT_MS + 30_000 },
    async () => {
      const { exitCode, output } = await runChaos(
        ['kafka', '--webhooks', '1500', '--rate', '100'],
        { timeoutMs: TIMEOUT_MS },
      );
      expect(exitCode, output).toBe(0);
      expect(output).toContain('PASS: chaos kafka');
    },
  );
});
