/** Members in groups: those of group g are order[offset[g] .. offset[g + 1]), ascending. */
export interface Groups {
  readonly offset: Int32Array;
  readonly order: Int32Array;
}

/**
 * Puts members 0 .. members-1 into groups 0 .. groups-1 by a counting sort, in O(members + groups).
 *
 * @param groupOf the group of a member; -1 leaves it out
 */
export function groupBy(members: number, groups: number, groupOf: (member: number) => number): Groups {
  const offset = new Int32Array(groups + 1);
  for (let member = 0; member < members; member++) {
    const group = groupOf(member);
    if (group >= 0) offset[group + 1]!++;
  }
  for (let group = 0; group < groups; group++) offset[group + 1]! += offset[group]!;
  const next = offset.slice();
  const order = new Int32Array(offset[groups]!);
  for (let member = 0; member < members; member++) {
    const group = groupOf(member);
    if (group >= 0) order[next[group]!++] = member;
  }
  return { offset, order };
}
