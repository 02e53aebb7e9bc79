import type { GilbertElliott } from '../channel/gilbert-elliott.ts';

export interface GilbertElliottFacts {
  readonly badProbability: number;
  readonly loss: number;
  /** Packets. */
  readonly meanBadSojourn: number;
  readonly meanLossRun: number;
  readonly stateCorrelation: number;
  readonly lossCorrelation: number;
}

export function gilbertElliottFacts({ goodToBad: p, badToGood: r, goodSuccess, badSuccess }: GilbertElliott): GilbertElliottFacts {
  const bad = p / (p + r);
  const good = 1 - bad;
  const lossGood = 1 - goodSuccess;
  const lossBad = 1 - badSuccess;
  const loss = bad * lossBad + good * lossGood;
  const both = good * lossGood * ((1 - p) * lossGood + p * lossBad) + bad * lossBad * (r * lossGood + (1 - r) * lossBad);
  return {
    badProbability: bad,
    loss,
    meanBadSojourn: 1 / r,
    meanLossRun: loss / (loss - both),
    stateCorrelation: 1 - p - r,
    lossCorrelation: (good * bad * (lossBad - lossGood) ** 2 * (1 - p - r)) / (loss * (1 - loss)),
  };
}

/** P(l of `packets` successive packets are lost), l = 0..packets, from a stationary start (Elliott's recursion). */
export function lossCounts({ goodToBad: p, badToGood: r, goodSuccess, badSuccess }: GilbertElliott, packets: number): Float64Array {
  const bad = p / (p + r);
  let inGood = new Float64Array(packets + 1);
  let inBad = new Float64Array(packets + 1);
  inGood[0] = 1 - bad;
  inBad[0] = bad;
  for (let n = 0; n < packets; n++) {
    const nextGood = new Float64Array(packets + 1);
    const nextBad = new Float64Array(packets + 1);
    for (let l = 0; l <= n + 1; l++) {
      const good = inGood[l]! * goodSuccess + (l === 0 ? 0 : inGood[l - 1]! * (1 - goodSuccess));
      const poor = inBad[l]! * badSuccess + (l === 0 ? 0 : inBad[l - 1]! * (1 - badSuccess));
      nextGood[l] = good * (1 - p) + poor * r;
      nextBad[l] = good * p + poor * (1 - r);
    }
    inGood = nextGood;
    inBad = nextBad;
  }
  return inGood.map((value, l) => value + inBad[l]!);
}

/** P(l of `packets`, at most some hundreds, are lost) when each is, independently, with probability `loss`. */
export function binomialLossCounts(loss: number, packets: number): Float64Array {
  // From the likelier end, where the first term is no smaller than 2^-packets.
  if (loss > 0.5) return binomialLossCounts(1 - loss, packets).reverse();
  const counts = new Float64Array(packets + 1);
  const odds = loss / (1 - loss);
  counts[0] = (1 - loss) ** packets;
  for (let l = 0; l < packets; l++) counts[l + 1] = (counts[l]! * odds * (packets - l)) / (l + 1);
  return counts;
}

/** P(an erasure code with `parity` of `packets` packets cannot be decoded): more are lost than it has parity. */
export const blockFailure = (counts: Float64Array, parity: number): number => counts.subarray(parity + 1).reduce((sum, p) => sum + p, 0);
