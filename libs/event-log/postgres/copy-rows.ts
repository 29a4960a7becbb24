import { Query, type Pool } from 'pg';

/**
 * Rows of a query in PostgreSQL's binary form, each a list of fields; null is NULL. Bytes then come as
 * they are, while a result of a statement has them as text of twice the length.
 *
 * @param select without parameters: what it is made of must be safe to stand in a statement
 */
export async function copyRows(
  pool: Pool,
  select: string,
): Promise<readonly (readonly (Buffer | null)[])[]> {
  const copy = new CopyQuery(`copy (${select}) to stdout (format binary)`);
  // The pool answers a promise for every kind of query; its types know it for texts only.
  await (pool.query(copy) as unknown as Promise<unknown>);
  return copy.copied();
}

class CopyQuery extends Query {
  readonly #chunks: Buffer[] = [];

  /** Called by pg for every message, which is one row; the chunk is a view of what it reads next. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  copied(): readonly (readonly (Buffer | null)[])[] {
    const rows: (Buffer | null)[][] = [];
    for (const [index, chunk] of this.#chunks.entries()) {
      const fields = fieldsOf(chunk, index === 0 ? headerBytes(chunk) : 0);
      if (fields !== null) rows.push(fields);
    }
    return rows;
  }
}

const SIGNATURE_BYTES = 11;

/** Signature, flags, and an extension that has a length; they stand before the first row. */
function headerBytes(chunk: Buffer): number {
  return SIGNATURE_BYTES + 8 + chunk.readInt32BE(SIGNATURE_BYTES + 4);
}

/** Null is the end of the rows. */
function fieldsOf(chunk: Buffer, start: number): (Buffer | null)[] | null {
  const count = chunk.readInt16BE(start);
  if (count === -1) return null;
  const fields: (Buffer | null)[] = [];
  let offset = start + 2;
  for (let field = 0; field < count; field += 1) {
    const bytes = chunk.readInt32BE(offset);
    offset += 4;
    fields.push(bytes === -1 ? null : chunk.subarray(offset, offset + bytes));
    offset += Math.max(bytes, 0);
  }
  return fields;
}
