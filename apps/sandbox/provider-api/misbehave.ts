import { setTimeout as sleep } from 'node:timers/promises';
import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { PlayedProvider } from '../plan/scenario.js';
import type { Faults } from './faults.js';

/** A provider's own words for what goes wrong, and the headers beside them. */
export type FaultAnswers = {
  readonly error: unknown;
  readonly unauthorized: unknown;
  readonly rateLimited: {
    readonly body: unknown;
    readonly headers: Readonly<Record<string, string>>;
  };
};

/** Does to the request at hand what the fault that is set says; throws the answer where it is one. */
export async function misbehave(
  reply: FastifyReply,
  { faults, provider }: { readonly faults: Faults; readonly provider: PlayedProvider },
  answers: () => FaultAnswers,
): Promise<void> {
  const { fault, delayMs } = faults.take(provider);
  switch (fault) {
    case 'none':
      return;
    case 'slow':
      await sleep(delayMs);
      return;
    case 'down':
      reply.raw.destroy();
      return;
    case 'error':
      throw new HttpException(answers().error as string, 500);
    case 'unauthorized-once':
      throw new HttpException(answers().unauthorized as string, 401);
    case 'rate-limited': {
      const { body, headers } = answers().rateLimited;
      void reply.headers(headers);
      throw new HttpException(body as string, 429);
    }
  }
}
