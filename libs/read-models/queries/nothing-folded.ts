const UNDEFINED_TABLE = '42P01';

/** Whether a query failed because no fold has made its tables yet: a fresh database, for a moment. */
export function isNothingFolded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
}
