import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  // Vitest reads what setups provide from this interface.
  export interface ProvidedContext {
    /** A server on which specs may make databases. */
    readonly postgresUrl: string;
  }
}

export type SpecDatabase = {
  readonly url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
};

/** A fresh, empty database, so that spec files do not see each other's rows. */
export async function createDatabase(): Promise<SpecDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  await execute(serverUrl, `create database ${name}`);
  return {
    url: withDatabase(serverUrl, name),
    drop: () => execute(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

/** Not by `URL`, which refuses the empty host of a socket's url. */
function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/]*)\/?[^?]*/, `$1/${name}`);
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
