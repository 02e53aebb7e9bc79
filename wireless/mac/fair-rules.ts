import type { AverageRates } from './average-rate.ts';
import { isRealTime, type CellView, type Rule } from './scheduler.ts';

/**
 * Rules whose metric is a share of the channel, the rate now over the average rate, times an urgency. The forms and constants of the
 * delay-aware ones are those of LTE-Sim (Piro et al., "Simulating LTE cellular systems", IEEE Trans. Veh. Technol. 60(2), 2011).
 */

/** Proportional fair (Tse; Viswanath, Tse and Laroia 2002). */
export const proportionalFair =
  (average: AverageRates): Rule =>
  ({ rateBits }, user) =>
    rateBits[user]! / average.bits[user]!;

/** How much of its allowed misses a user's waiting is worth a second, -log10(miss) / bound: the same all the time, so worked out once. */
function pressureOf(users: number): Rule {
  const known = new Float64Array(users).fill(NaN);
  return ({ missTarget, delayBoundS }, user) => {
    if (Number.isNaN(known[user]!)) known[user] = -Math.log10(missTarget[user]!) / delayBoundS[user]!;
    return known[user]!;
  };
}

/** Modified largest weighted delay first (Andrews et al., IEEE Commun. Mag. 39(2), 2001). */
export function modifiedLargestWeightedDelay(average: AverageRates): Rule {
  const fair = proportionalFair(average);
  const pressure = pressureOf(average.bits.length);
  return (view, user) => (isRealTime(view, user) ? pressure(view, user) * view.headDelayS[user]! : 1) * fair(view, user);
}

/** EXP/PF (Rhee, Holtzman and Kim 2003). */
export function exponentialProportionalFair(average: AverageRates): Rule {
  const fair = proportionalFair(average);
  const pressure = pressureOf(average.bits.length);
  return (view, user) => {
    if (!isRealTime(view, user)) return fair(view, user);
    const mean = meanOverRealTime(view, (other) => pressure(view, other) * view.headDelayS[other]!);
    const excess = Math.max(0, pressure(view, user) * view.headDelayS[user]! - mean);
    return Math.exp(excess / (1 + Math.sqrt(mean))) * fair(view, user);
  };
}

/** EXP rule (Shakkottai and Stolyar 2002); delays in seconds. */
export function exponentialRule(average: AverageRates): Rule {
  const fair = proportionalFair(average);
  return (view, user) => {
    if (!isRealTime(view, user)) return fair(view, user);
    const mean = meanOverRealTime(view, (other) => view.headDelayS[other]!);
    return Math.exp(((6 / view.delayBoundS[user]!) * view.headDelayS[user]!) / (1 + Math.sqrt(mean))) * fair(view, user);
  };
}

/** LOG rule (Sadiq, Baek and de Veciana 2011). */
export function logarithmicRule(average: AverageRates): Rule {
  const fair = proportionalFair(average);
  return (view, user) =>
    (isRealTime(view, user) ? Math.log(1.1 + (5 / view.delayBoundS[user]!) * view.headDelayS[user]!) : 1) * fair(view, user);
}

function meanOverRealTime(view: CellView, value: (user: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let user = 0; user < view.users; user++) {
    if (!isRealTime(view, user)) continue;
    sum += value(user);
    count++;
  }
  return sum / count;
}
