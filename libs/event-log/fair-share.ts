/**
 * How many partitions a member of a group should hold, given every live member. Shares differ by
 * one at most and sum to all partitions; everyone who sees the same members computes the same
 * shares.
 */
export function fairShare(
  member: string,
  { members, partitions }: { readonly members: readonly string[]; readonly partitions: number },
): number {
  const live = [...new Set([...members, member])].sort();
  const rank = live.indexOf(member);
  return Math.floor(partitions / live.length) + (rank < partitions % live.length ? 1 : 0);
}
