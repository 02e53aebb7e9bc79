import type { MacSpec } from '../../sim/base/radio-spec.ts';
import { AverageRates } from './average-rate.ts';
import {
  exponentialProportionalFair,
  exponentialRule,
  logarithmicRule,
  modifiedLargestWeightedDelay,
  proportionalFair,
} from './fair-rules.ts';
import { crossLayerPriority } from './lwg-rule.ts';
import type { CellView, Rule, Scheduler } from './scheduler.ts';
import { earliestDeadline, firstInFirstOut, maximumRate, strictPriority } from './simple-rules.ts';

/**
 * The scheduler of a cell of several users.
 *
 * @param bestBitsPerSymbol of the top mode
 */
export function buildScheduler({ kind, averagingSlots }: MacSpec, users: number, bestBitsPerSymbol: number): Scheduler {
  if (kind === 'round-robin') return new RoundRobin();
  const average = new AverageRates(users, averagingSlots);
  return new ByRule(ruleOf(kind, average, bestBitsPerSymbol), average);
}

function ruleOf(kind: Exclude<MacSpec['kind'], 'round-robin'>, average: AverageRates, bestBitsPerSymbol: number): Rule {
  switch (kind) {
    case 'fifo':
      return firstInFirstOut;
    case 'strict':
      return strictPriority(average);
    case 'edf':
      return earliestDeadline;
    case 'max-ci':
      return maximumRate;
    case 'pf':
      return proportionalFair(average);
    case 'm-lwdf':
      return modifiedLargestWeightedDelay(average);
    case 'exp-pf':
      return exponentialProportionalFair(average);
    case 'exp-rule':
      return exponentialRule(average);
    case 'log-rule':
      return logarithmicRule(average);
    case 'lwg':
      return crossLayerPriority(average, bestBitsPerSymbol);
  }
}

/** The user whom a rule gives most. */
class ByRule implements Scheduler {
  readonly #rule: Rule;
  readonly #average: AverageRates;

  constructor(rule: Rule, average: AverageRates) {
    this.#rule = rule;
    this.#average = average;
  }

  pick(view: CellView): number {
    let best = -1;
    let most = -Infinity;
    for (let user = 0; user < view.users; user++) {
      if (view.backlogPdus[user] === 0 || view.rateBits[user] === 0) continue;
      const value = this.#rule(view, user);
      if (value > most) {
        most = value;
        best = user;
      }
    }
    return best;
  }

  endSlot(view: CellView, user: number, bits: number): void {
    this.#average.endSlot(view, user, bits);
  }
}

/** One user after the other, those skipped that cannot be served. */
class RoundRobin implements Scheduler {
  #next = 0;

  pick({ users, backlogPdus, rateBits }: CellView): number {
    for (let i = 0; i < users; i++) {
      const user = (this.#next + i) % users;
      if (backlogPdus[user]! > 0 && rateBits[user]! > 0) return user;
    }
    return -1;
  }

  endSlot({ users }: CellView, user: number): void {
    if (user >= 0) this.#next = (user + 1) % users;
  }
}
