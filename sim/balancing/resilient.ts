import { hopsOf, type RouteTables, type SlotRule } from './route-tables.ts';

/**
 * Resilient hashing (docs/model-failures.md 5): a hash chooses among the slots of the whole fabric; a slot whose hop is withdrawn is taken by one
 * of the others, so that no other choice changes.
 *
 * @param whole tables without any withdrawal
 */
export function resilientSlots(whole: RouteTables): SlotRule {
  return (switchIndex, tor, members) => {
    if (members.length === 0) return members;
    const live = new Set(members);
    const slots = hopsOf(whole.slots, switchIndex * whole.tors + tor);
    return slots.map((link, i) => (live.has(link) ? link : members[i % members.length]!));
  };
}
