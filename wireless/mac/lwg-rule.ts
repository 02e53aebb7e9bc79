import type { AverageRates } from './average-rate.ts';
import type { CellView, Rule } from './scheduler.ts';

/** Weights of the classes rtPS, nrtPS and BE. */
const WEIGHTS = [1, 0.8, 0.6] as const;

/** Above every priority function, whose values are at most 1. */
const RESERVED = 2;

/**
 * The cross-layer priority function of Liu, Wang and Giannakis ("A cross-layer scheduling algorithm with QoS support in wireless networks",
 * IEEE Trans. Veh. Technol. 55(3), 2006): the quality of the channel over how satisfied the user is. Delays in slots, no guard time.
 *
 * @param bestBitsPerSymbol of the top mode
 */
export function crossLayerPriority(average: AverageRates, bestBitsPerSymbol: number): Rule {
  return (view, user) => {
    const channel = view.bitsPerSymbol[user]! / bestBitsPerSymbol;
    switch (view.serviceClass[user]!) {
      case 0:
        return RESERVED;
      case 1:
        return priority(WEIGHTS[0], channel, slotsLeft(view, user) + 1);
      case 2:
        return priority(WEIGHTS[1], channel, average.bits[user]! / view.slotS / view.minRateBps[user]!);
      default:
        return WEIGHTS[2] * channel;
    }
  };
}

const priority = (weight: number, channel: number, satisfaction: number): number =>
  satisfaction >= 1 ? (weight * channel) / satisfaction : weight;

const slotsLeft = ({ delayBoundS, headDelayS, slotS }: CellView, user: number): number => (delayBoundS[user]! - headDelayS[user]!) / slotS;
