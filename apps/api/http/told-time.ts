/** A register keeps the epoch where its provider states no time: readers get null. */
export function toldTime(toldAt: Date): string | null {
  return toldAt.getTime() === 0 ? null : toldAt.toISOString();
}
