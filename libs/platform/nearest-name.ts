/** The name that takes the fewest changes of a letter; null where there is none. */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Infinity;
  for (const name of names) {
    const changes = changesBetween(wanted, name);
    if (changes < fewest) [nearest, fewest] = [name, changes];
  }
  return nearest;
}

/** Letters to insert, remove or replace to make one text of the other. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
