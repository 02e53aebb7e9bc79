import type { AverageRates } from './average-rate.ts';
import { proportionalFair } from './fair-rules.ts';
import type { Rule } from './scheduler.ts';

/** Who has waited longest. */
export const firstInFirstOut: Rule = ({ headArrivalPs }, user) => -headArrivalPs[user]!;

/** The best channel. */
export const maximumRate: Rule = ({ rateBits }, user) => rateBits[user]!;

/** Least time left to the delay bound; users without one come last, by arrival. */
export const earliestDeadline: Rule = ({ delayBoundS, headDelayS, headArrivalPs }, user) =>
  delayBoundS[user] === Infinity ? -1e9 - headArrivalPs[user]! / 1e12 : headDelayS[user]! - delayBoundS[user]!;

/** Rates over averages stay far below the distance between two classes: averages are never below a bit a second. */
const CLASS_STEP = 1e12;

/** Service class first, then the class of the packet; proportional fair between equals. */
export function strictPriority(average: AverageRates): Rule {
  const fair = proportionalFair(average);
  return (view, user) => -CLASS_STEP * (view.serviceClass[user]! * 4 + view.headClass[user]!) + fair(view, user);
}
