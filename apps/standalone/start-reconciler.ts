import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { NestLogger } from '#platform/nest-logger.js';
import { ReconcilerModule, type ReconcilerDependencies } from '../reconciler/reconciler.module.js';

@Module({})
class ReconcilerApp {}

/** The reconciler in a container of its own: it starts last, once the providers can be asked. */
export async function startReconciler(
  dependencies: ReconcilerDependencies,
): Promise<{ stop(): Promise<void> }> {
  const app = await NestFactory.createApplicationContext(
    {
      module: ReconcilerApp,
      imports: [CqrsModule.forRoot(), ReconcilerModule.register(dependencies)],
    },
    { logger: new NestLogger(dependencies.logger), abortOnError: false },
  );
  return { stop: () => app.close() };
}
