import { ConfigError } from '../../sim/base/errors.ts';
import { levelCrossingRate, powerCorrelation, snrCdfGiven, snrDensity, snrProbability } from '../math/nakagami.ts';
import { integrate } from '../math/quadrature.ts';

/** A finite-state Markov channel: state n is an SNR from edges[n] up to edges[n + 1]; one step a slot. */
export interface FiniteStateChannel {
  readonly kind: 'wang-moayeri' | 'exact';
  /** edges[0] = 0, edges[states] = Infinity; linear SNR. */
  readonly edges: Float64Array;
  /** Stationary probability of each state. */
  readonly law: Float64Array;
  /** transitions[i * states + j]: from i to j. */
  readonly transitions: Float64Array;
  /** The least probability of staying; negative: the numbers are no chain. */
  readonly leastStay: number;
  readonly slotS: number;
}

/** What a chain is built from. */
export interface FadingLaw {
  readonly meanSnr: number;
  readonly m: number;
  readonly dopplerHz: number;
}

const lawOf = (edges: Float64Array, { meanSnr, m }: FadingLaw): Float64Array =>
  Float64Array.from({ length: edges.length - 1 }, (_, n) => snrProbability(edges[n]!, edges[n + 1]!, meanSnr, m));

/** Edges of `states` states of equal probability on a Rayleigh channel. */
export const equiprobableEdges = (states: number, meanSnr: number): Float64Array =>
  Float64Array.from({ length: states + 1 }, (_, k) => (k === states ? Infinity : -meanSnr * Math.log(1 - k / states)));

/**
 * The chain of Wang and Moayeri ("Finite-state Markov channel", IEEE Trans. Veh. Technol. 44(1), 1995): only neighbours are reached, at
 * the rate at which their common edge is crossed. It is a chain only where no state is thinner than a slot: `leastStay` tells.
 */
export function wangMoayeri(edges: Float64Array, fading: FadingLaw, slotS: number): FiniteStateChannel {
  const states = edges.length - 1;
  const law = lawOf(edges, fading);
  const transitions = new Float64Array(states * states);
  let leastStay = 1;
  for (let n = 0; n < states; n++) {
    const crossings = (edge: number): number => levelCrossingRate(edges[edge]!, fading.meanSnr, fading.m, fading.dopplerHz) * slotS;
    const up = n === states - 1 ? 0 : crossings(n + 1) / law[n]!;
    const down = n === 0 ? 0 : crossings(n) / law[n]!;
    if (n < states - 1) transitions[n * states + n + 1] = up;
    if (n > 0) transitions[n * states + n - 1] = down;
    transitions[n * states + n] = 1 - up - down;
    leastStay = Math.min(leastStay, 1 - up - down);
  }
  return { kind: 'wang-moayeri', edges, law, transitions, leastStay, slotS };
}

/**
 * The chain with the exact probabilities of one step, from the bivariate Nakagami law at power correlation J0^2(2 pi f T). It is exact for
 * one slot; over several it is still a first-order approximation of the fading.
 */
export function exactChain(edges: Float64Array, fading: FadingLaw, slotS: number): FiniteStateChannel {
  const { meanSnr, m, dopplerHz } = fading;
  const states = edges.length - 1;
  const rho = powerCorrelation(dopplerHz, slotS);
  const law = lawOf(edges, fading);
  const transitions = new Float64Array(states * states);
  let leastStay = 1;
  for (let i = 0; i < states; i++) {
    const breaks = breakpoints(edges[i]! / meanSnr, edges[i + 1]! / meanSnr, m, rho).map((x) => x * meanSnr);
    // The mass below edge j + 1 after the step, joint with state i before it.
    const below = (edge: number): number =>
      edge === Infinity ? law[i]! : integrate((x) => snrCdfGiven(edge, x, meanSnr, m, rho) * snrDensity(x, meanSnr, m), breaks);
    let previous = 0;
    let total = 0;
    for (let j = 0; j < states; j++) {
      const mass = below(edges[j + 1]!);
      const probability = Math.max(0, mass - previous);
      transitions[i * states + j] = probability;
      total += probability;
      previous = mass;
    }
    for (let j = 0; j < states; j++) transitions[i * states + j]! /= total;
    leastStay = Math.min(leastStay, transitions[i * states + i]!);
  }
  return { kind: 'exact', edges, law, transitions, leastStay, slotS };
}

/**
 * Where the conditional law changes fast: near both ends of the state, on the scale of one step; and towards 0, where the density is a power
 * of the SNR that is not whole unless m is. In units of the mean SNR.
 */
function breakpoints(low: number, high: number, m: number, rho: number): number[] {
  const end = Math.min(high, low + 40 / m);
  const step = Math.sqrt(1 - rho);
  const distances = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 13];
  const near = (edge: number, sign: number): number[] =>
    distances.map((c) => edge + (sign * step * Math.sqrt(Math.max(edge, step * step)) * c) / Math.sqrt(m));
  const inner = [...near(low, 1), ...near(high === Infinity ? end : high, -1), ...[1, 2, 3, 4].map((k) => low + ((end - low) * k) / 5)];
  if (low === 0 && !Number.isInteger(m)) for (let k = 1; k <= 40; k++) inner.push(end * 4 ** -k);
  return [low, ...inner.filter((x) => x > low && x < end).sort((a, b) => a - b), end];
}

/** The largest Doppler frequency at which these edges are a chain of Wang and Moayeri in slots of `slotS`. */
export function largestValidDopplerHz(edges: Float64Array, { meanSnr, m }: Omit<FadingLaw, 'dopplerHz'>, slotS: number): number {
  const law = lawOf(edges, { meanSnr, m, dopplerHz: 1 });
  let largest = Infinity;
  for (let n = 0; n < law.length; n++) {
    const crossings = levelCrossingRate(edges[n]!, meanSnr, m, 1) + levelCrossingRate(edges[n + 1]!, meanSnr, m, 1);
    if (crossings > 0) largest = Math.min(largest, law[n]! / (crossings * slotS));
  }
  return largest;
}

/** The chain of which a step is two steps of `chain`. */
function twoSteps({ transitions, slotS, ...chain }: FiniteStateChannel): FiniteStateChannel {
  const states = chain.law.length;
  const both = new Float64Array(states * states);
  let leastStay = 1;
  for (let i = 0; i < states; i++) {
    for (let k = 0; k < states; k++) {
      const there = transitions[i * states + k]!;
      for (let j = 0; j < states; j++) both[i * states + j]! += there * transitions[k * states + j]!;
    }
    leastStay = Math.min(leastStay, both[i * states + i]!);
  }
  return { ...chain, transitions: both, leastStay, slotS: 2 * slotS };
}

/** What to do where the numbers of Wang and Moayeri are no chain. */
export type OnInvalid = 'refuse' | 'exact' | 'shorten';

/**
 * The chain that a config asks for, one step of which is a slot. `shorten` halves its steps until there is one, and takes two, four, .. a slot.
 *
 * @throws ConfigError where the numbers are no chain and `onInvalid` is `refuse`: it names the largest Doppler frequency that is valid
 */
export function buildChain(
  kind: FiniteStateChannel['kind'],
  edges: Float64Array,
  fading: FadingLaw,
  slotS: number,
  onInvalid: OnInvalid,
): FiniteStateChannel {
  if (kind === 'exact') return exactChain(edges, fading, slotS);
  const chain = wangMoayeri(edges, fading, slotS);
  if (chain.leastStay >= 0) return chain;
  switch (onInvalid) {
    case 'exact':
      return exactChain(edges, fading, slotS);
    case 'shorten':
      return twoSteps(buildChain(kind, edges, fading, slotS / 2, onInvalid));
    case 'refuse': {
      const validHz = largestValidDopplerHz(edges, fading, slotS);
      throw new ConfigError(
        'E501',
        `a finite-state channel after Wang and Moayeri does not exist here: at a Doppler frequency of ${fading.dopplerHz} Hz and slots of ${slotS * 1e3} ms the thinnest state would be left more than once a slot (its probability of staying would be ${chain.leastStay.toPrecision(3)})`,
        {
          where: { path: 'channel.doppler' },
          hint: `the nearest valid Doppler frequency is ${validHz.toPrecision(4)} Hz; or set channel.fsmc.onInvalid to exact or shorten`,
        },
      );
    }
  }
}
