import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../http/request-context.js';
import { requireScope } from './require-scope.js';

/** Lets through callers whose token has the scope `read`. */
@Injectable()
export class ReadScopeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    requireScope(contextOf(request), 'read');
    return true;
  }
}
