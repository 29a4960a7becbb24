import type { FastifyRequest } from 'fastify';
import { contextOf } from '../http/request-context.js';
import type { OperatorCall } from './operator-record.js';

/** Who calls, of a request that the scope's guard let through. */
export function operatorCallOf(request: FastifyRequest): OperatorCall {
  const { requestId, caller } = contextOf(request);
  return { requestId, tokenId: caller?.tokenId ?? null };
}
