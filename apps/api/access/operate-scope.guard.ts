import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../http/request-context.js';
import { requireScope } from './require-scope.js';

/** Asks for the scope `operate`, before anything of the request is read. */
@Injectable()
export class OperateScopeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    requireScope(contextOf(context.switchToHttp().getRequest<FastifyRequest>()), 'operate');
    return true;
  }
}
