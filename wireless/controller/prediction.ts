import { BLOCK_PACKETS, parityOf, prefixPsnrDb, type Protection } from '../app/layered-video.ts';
import { amcArq, outdatedPer } from '../oracles/amc-arq.ts';
import { binomialLossCounts, blockFailure } from '../oracles/gilbert-elliott.ts';
import { instantaneousThresholds, modeProbabilities } from '../phy/amc.ts';
import type { PhyMode } from '../phy/modes.ts';

/** What a controller may set for a user. */
export interface Knobs {
  readonly perTarget: number;
  readonly retransmissions: number;
  readonly layers: number;
  readonly protection: Protection;
  /** Share of the full transmit power. */
  readonly power: number;
}

/** What a controller knows of a user when it decides. */
export interface Situation {
  readonly modes: readonly PhyMode[];
  /** At full power. */
  readonly meanSnr: number;
  readonly m: number;
  /** Power correlation of what the sender knows of the channel with the channel. */
  readonly correlation: number;
  /** Is the error rate measured? Else every attempt is taken to fail as often as its target allows. */
  readonly knowsErrorRate: boolean;
  /** Share of the slots that the user gets. */
  readonly share: number;
  readonly symbolRate: number;
  readonly slotS: number;
  /** How long the channel stays in a state: at least a slot. */
  readonly coherenceS: number;
  readonly packetBits: number;
  readonly delayBoundS: number;
  readonly layersBps: readonly number[];
  readonly groupS: number;
  /** W: of a sender at full power that sends, its amplifier and its circuits; at rest. */
  readonly amplifierW: number;
  readonly circuitsW: number;
  readonly idleW: number;
}

export interface Prediction {
  readonly psnrDb: number;
  readonly energyPerBitJ: number;
  /** Bits a second that the link delivers. */
  readonly goodputBps: number;
  readonly isFeasible: boolean;
}

/** Air interface of a setting: what does not depend on the application. Made once for each (target, power). */
export interface AirPrediction {
  readonly per: number;
  /** Probability of each mode, and bits a symbol of each. */
  readonly probabilities: Float64Array;
  readonly rates: Float64Array;
  /** Lateness by offered bits a second, as far as it has been asked for. */
  readonly late: Map<number, number>;
}

export function predictAir(situation: Situation, perTarget: number, power: number): AirPrediction {
  const { modes, meanSnr, m, correlation, knowsErrorRate } = situation;
  const thresholds = instantaneousThresholds(modes, perTarget);
  const snr = meanSnr * power;
  const mean = (): number =>
    correlation > 0.9999 ? amcArq(modes, thresholds, snr, m, 0).per : outdatedPer(modes, thresholds, snr, m, correlation);
  return {
    per: knowsErrorRate ? mean() : perTarget,
    probabilities: modeProbabilities(thresholds, snr, m),
    rates: Float64Array.from([0, ...modes.map(({ bitsPerSymbol }) => bitsPerSymbol)]),
    late: new Map(),
  };
}

/** Share of what the link delivers that headers and the rounding of packets to PDUs take. */
const OVERHEAD = 0.02;

/**
 * What a setting would give: rate, loss, lateness, quality, energy, by the closed forms of the link, the effective capacity of its modes and
 * the binomial law of losses in a block (after the cross-layer optimiser of Khan et al., IEEE Commun. Mag. 44(1), 2006).
 */
export function predict(situation: Situation, air: AirPrediction, knobs: Knobs): Prediction {
  const { share, symbolRate, layersBps, delayBoundS, packetBits, groupS } = situation;
  const { per, probabilities, rates } = air;
  let rawRate = 0;
  probabilities.forEach((probability, n) => (rawRate += probability * rates[n]!));
  const goodputBps = symbolRate * share * (1 - per) * rawRate;
  const kept = layersBps.slice(0, knobs.layers);
  const offeredBps = kept.reduce((sum, rate) => sum + rate, 0);
  const isFeasible = offeredBps <= goodputBps * (1 - OVERHEAD);
  const residual = per ** (knobs.retransmissions + 1);
  let late = isFeasible ? air.late.get(offeredBps) : 1;
  if (late === undefined) {
    late = lateness(situation, air, offeredBps, delayBoundS);
    air.late.set(offeredBps, late);
  }
  let psnr = 0;
  let allBelow = 1;
  for (let l = 0; l <= kept.length; l++) {
    let fails = 1;
    if (l < kept.length) {
      const pdus = Math.ceil((kept[l]! * groupS) / BLOCK_PACKETS / packetBits);
      const loss = Math.min(1, 1 - (1 - residual) ** pdus + late);
      fails = blockFailure(binomialLossCounts(loss, BLOCK_PACKETS), parityOf(knobs.protection, l));
    }
    psnr += allBelow * fails * prefixPsnrDb(layersBps, knobs.protection, l);
    allBelow *= 1 - fails;
  }
  return { psnrDb: psnr, energyPerBitJ: energyPerBit(situation, air, offeredBps, goodputBps, knobs.power), goodputBps, isFeasible };
}

/**
 * P(a packet waits longer than the bound), exp(-theta A d) with the theta at which the effective capacity is the arrival rate A. The modes
 * are taken as independent from one coherence time to the next; slots inside one are served alike.
 */
function lateness(
  { symbolRate, share, coherenceS }: Situation,
  { per, probabilities, rates }: AirPrediction,
  offeredBps: number,
  boundS: number,
): number {
  const bits = coherenceS * symbolRate * share * (1 - per);
  const capacity = (theta: number): number => {
    let sum = 0;
    probabilities.forEach((probability, n) => (sum += probability * Math.exp(-theta * bits * rates[n]!)));
    return -Math.log(sum) / (theta * coherenceS);
  };
  let low = 1e-9;
  let high = 1e-2;
  if (capacity(low) <= offeredBps) return 1;
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (capacity(middle) > offeredBps) low = middle;
    else high = middle;
  }
  return Math.exp(-low * offeredBps * boundS);
}

/** Joules a delivered bit: the sender is on for the share of time that the offered bits take, and rests otherwise. */
function energyPerBit(
  { amplifierW, circuitsW, idleW, share }: Situation,
  { probabilities }: AirPrediction,
  offeredBps: number,
  goodputBps: number,
  power: number,
): number {
  const delivered = Math.min(offeredBps, goodputBps);
  if (delivered === 0) return Infinity;
  const on = share * (1 - probabilities[0]!) * Math.min(1, offeredBps / goodputBps);
  return (on * (amplifierW * power + circuitsW) + (1 - on) * idleW) / delivered;
}
