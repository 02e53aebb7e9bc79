import { fromDb } from '../math/decibel.ts';
import { gammaP, gammaQ } from '../math/gamma.ts';
import { snrDensity, snrProbability } from '../math/nakagami.ts';
import { noncentralChiSquareCdf } from '../math/noncentral-chi-square.ts';
import { integrate } from '../math/quadrature.ts';
import { instantaneousThresholds, modeProbabilities, perMass, targetPer, type Thresholds } from '../phy/amc.ts';
import { cappedBelow, type PhyMode } from '../phy/modes.ts';

/** What a link with adaptive modes and truncated ARQ does on average; every average is weighted by rate, not by time. */
export interface AmcArq {
  readonly modeProbabilities: Float64Array;
  /** Mean packet error rate of an attempt. */
  readonly per: number;
  /** P(every attempt fails). */
  readonly residualLoss: number;
  /** Mean attempts a packet. */
  readonly attempts: number;
  /** Bits a symbol before retransmissions. */
  readonly rawRate: number;
  /** Bits a symbol of packets that leave the ARQ, delivered or given up. */
  readonly spectralEfficiency: number;
  /** Bits a symbol delivered. */
  readonly goodput: number;
}

/** Closed forms of Liu, Zhou and Giannakis 2004 for given thresholds: each attempt meets an independent fade. */
export function amcArq(modes: readonly PhyMode[], thresholds: Thresholds, meanSnr: number, m: number, retransmissions: number): AmcArq {
  const probabilities = modeProbabilities(thresholds, meanSnr, m);
  let rawRate = 0;
  let failing = 0;
  modes.forEach((phy, i) => {
    rawRate += phy.bitsPerSymbol * probabilities[i + 1]!;
    failing += phy.bitsPerSymbol * perMass(phy, thresholds[i + 1]!, thresholds[i + 2]!, meanSnr, m);
  });
  const per = failing / rawRate;
  const residualLoss = per ** (retransmissions + 1);
  const attempts = (1 - residualLoss) / (1 - per);
  const goodput = (1 - per) * rawRate;
  return { modeProbabilities: probabilities, per, residualLoss, attempts, rawRate, spectralEfficiency: rawRate / attempts, goodput };
}

/** The same with the thresholds that follow from a loss target. */
export const amcArqForLoss = (modes: readonly PhyMode[], meanSnrDb: number, m: number, retransmissions: number, loss: number): AmcArq =>
  amcArq(modes, instantaneousThresholds(modes, targetPer(loss, retransmissions)), fromDb(meanSnrDb), m, retransmissions);

/** One mode whatever the channel: packet error rate and bits a symbol delivered, for any number of retransmissions. */
export function fixedMode(phy: PhyMode, meanSnr: number, m: number): { readonly per: number; readonly goodput: number } {
  const cap = cappedBelow(phy);
  const b = m / meanSnr + phy.g;
  const per = gammaP(m, (m * cap) / meanSnr) + phy.a * (m / (meanSnr * b)) ** m * gammaQ(m, b * cap);
  return { per, goodput: phy.bitsPerSymbol * (1 - per) };
}

/**
 * Mean packet error rate of an attempt when the mode was chosen by the SNR a while ago, `rho` being the power correlation since: the cap of
 * the error rate at 1 is kept by an exponentially tilted noncentral chi-square law.
 */
export function outdatedPer(modes: readonly PhyMode[], thresholds: Thresholds, meanSnr: number, m: number, rho: number): number {
  const scale = (meanSnr * (1 - rho)) / (2 * m);
  let rate = 0;
  let failing = 0;
  modes.forEach((phy, i) => {
    const low = thresholds[i + 1]!;
    const high = thresholds[i + 2]!;
    if (low >= high) return;
    const cap = cappedBelow(phy);
    const tilt = 1 + 2 * phy.g * scale;
    const given = (x: number): number => {
      const lambda = (rho * x) / scale;
      const capped = noncentralChiSquareCdf(cap / scale, 2 * m, lambda);
      const above = 1 - noncentralChiSquareCdf((tilt * cap) / scale, 2 * m, lambda / tilt);
      return capped + phy.a * tilt ** -m * Math.exp((-lambda * phy.g * scale) / tilt) * above;
    };
    rate += phy.bitsPerSymbol * snrProbability(low, high, meanSnr, m);
    failing += phy.bitsPerSymbol * integrate((x) => given(x) * snrDensity(x, meanSnr, m), panels(low, high, meanSnr, m, rho));
  });
  return failing / rate;
}

/** Panels that follow the fast change behind the lower edge of a mode. */
function panels(low: number, high: number, meanSnr: number, m: number, rho: number): number[] {
  const end = Math.min(high, low + (45 * meanSnr) / m);
  const width = Math.sqrt(1 - rho) * Math.sqrt(Math.max(low, (1 - rho) * meanSnr) * meanSnr) * 0.2;
  const breaks = [low];
  for (let step = Math.min(width, (end - low) / 8); breaks.at(-1)! < end; step *= 1.5) breaks.push(Math.min(end, breaks.at(-1)! + step));
  return breaks;
}

/** The same without the cap at 1: of use to show where that fails. */
export function outdatedPerUncapped(modes: readonly PhyMode[], thresholds: Thresholds, meanSnr: number, m: number, rho: number): number {
  let rate = 0;
  let failing = 0;
  modes.forEach((phy, i) => {
    const low = thresholds[i + 1]!;
    const high = thresholds[i + 2]!;
    const d = m + phy.g * meanSnr * (1 - rho);
    const b = m / meanSnr + (m * rho * phy.g) / d;
    rate += phy.bitsPerSymbol * snrProbability(low, high, meanSnr, m);
    failing += phy.bitsPerSymbol * phy.a * (m / d) ** m * (m / (meanSnr * b)) ** m * (gammaQ(m, b * low) - gammaQ(m, b * high));
  });
  return failing / rate;
}
