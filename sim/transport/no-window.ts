import { doubles, type Region } from '../engine/arena.ts';

/** The window of all flows of a control that has none: index in `doubles`, for a stride of 0. */
export function noWindow(region: Region): number {
  const at = region.doubles(1);
  doubles[at] = Infinity;
  return at;
}
