import pg from 'pg';
import { serveBare } from './bare-server.js';

const CONNECTIONS_MAX = 10;

/** Baseline: every request inserts and commits its own row, as most webhook endpoints do. */
const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: CONNECTIONS_MAX,
});

await serveBare((sealed) =>
  pool.query({
    name: 'insert',
    text: 'insert into deliveries (received_at, sealed) values ($1, $2)',
    values: [new Date(), sealed],
  }),
);
