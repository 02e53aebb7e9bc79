import { ClarkeGain } from '../channel/fading.ts';
import { equiprobableEdges, wangMoayeri } from '../channel/fsmc.ts';
import { kalmanError, lmmseError } from '../csi/estimation-error.ts';
import { besselJ0 } from '../math/bessel.ts';
import { fromDb } from '../math/decibel.ts';
import { averageFadeDurationS, levelCrossingRate } from '../math/nakagami.ts';
import { gaussLegendre } from '../math/quadrature.ts';
import { binomialLossCounts, blockFailure, gilbertElliottFacts, lossCounts } from '../oracles/gilbert-elliott.ts';
import {
  bestOf,
  effectiveCapacity,
  ergodicCapacity,
  opportunisticRate,
  outageCapacity,
  outageProbability,
  waterFilling,
} from '../oracles/capacity.ts';
import { ChainRadio } from '../radio.ts';
import type { RandomStream } from '../random-stream.ts';
import { mean, type Oracle } from './oracle.ts';

const DOPPLER_HZ = 10;
const PATHS = 128;

/** Crossings of a level, and time below it, of Clarke fading sampled finely enough that no fade is missed. */
function crossings(level: number, stream: RandomStream): { readonly perS: number; readonly fadeS: number } {
  const stepS = 2e-4;
  const steps = 100_000;
  const gain = new ClarkeGain(PATHS, DOPPLER_HZ, stepS, stream);
  let wasBelow = false;
  let count = 0;
  let below = 0;
  for (let i = 0; i < steps; i++) {
    gain.advance();
    const isBelow = gain.re * gain.re + gain.im * gain.im < level;
    if (isBelow) below++;
    if (i > 0 && isBelow && !wasBelow) count++;
    wasBelow = isBelow;
  }
  return { perS: count / (steps * stepS), fadeS: (below * stepS) / Math.max(1, count) };
}

/**
 * Power correlation of a sum of `PATHS` sinusoids after `fdTau` Doppler periods: J0^2 less what a finite sum misses,
 * [J0^2 - sum |E_n|^2 / N^2] / (1 - 1/N), E_n the mean of exp(j 2 pi fdTau cos a_n) over the random part of its direction.
 */
function finitePowerCorrelation(fdTau: number): number {
  const { nodes, weights } = gaussLegendre(32);
  const x = 2 * Math.PI * fdTau;
  let missed = 0;
  for (let n = 1; n <= PATHS; n++) {
    let re = 0;
    let im = 0;
    nodes.forEach((node, i) => {
      const phase = x * Math.cos((2 * Math.PI * n + Math.PI * node) / PATHS);
      re += (weights[i]! / 2) * Math.cos(phase);
      im += (weights[i]! / 2) * Math.sin(phase);
    });
    missed += re * re + im * im;
  }
  return (besselJ0(x) ** 2 - missed / PATHS ** 2) / (1 - 1 / PATHS);
}

/** Products of two samples `fdTau` Doppler periods apart, over many independent drawings of the channel. */
function correlation(fdTau: number, stream: RandomStream, ofPower: boolean): number {
  const draws = 4000;
  let product = 0;
  for (let i = 0; i < draws; i++) {
    const gain = new ClarkeGain(PATHS, DOPPLER_HZ, fdTau / DOPPLER_HZ, stream);
    gain.advance();
    const { re, im } = gain;
    gain.advance();
    product += ofPower ? (re * re + im * im) * (gain.re * gain.re + gain.im * gain.im) : re * gain.re + im * gain.im;
  }
  return product / draws;
}

/** Squared errors of estimating a first-order autoregressive channel, before and after each pilot. */
function kalmanSquares(snr: number, fdT: number, stream: RandomStream): { readonly prior: number; readonly posterior: number } {
  const a = besselJ0(2 * Math.PI * fdT);
  const { gain } = kalmanError(snr, fdT, 1);
  const normal = (): number => stream.normal() / Math.SQRT2;
  let truth = [normal(), normal()];
  let estimate = [0, 0];
  let prior = 0;
  let posterior = 0;
  const warmup = 500;
  const steps = 8000;
  for (let k = 0; k < warmup + steps; k++) {
    truth = truth.map((part) => a * part + Math.sqrt(1 - a * a) * normal());
    const predicted = estimate.map((part) => a * part);
    estimate = predicted.map((part, i) => part + gain * (truth[i]! + normal() / Math.sqrt(snr) - part));
    if (k < warmup) continue;
    for (let i = 0; i < 2; i++) {
      prior += (truth[i]! - predicted[i]!) ** 2;
      posterior += (truth[i]! - estimate[i]!) ** 2;
    }
  }
  return { prior: prior / steps, posterior: posterior / steps };
}

const bestSnr = (users: number, stream: RandomStream): number => {
  let best = 0;
  for (let u = 0; u < users; u++) best = Math.max(best, stream.exponential());
  return best;
};

/** Packets of a Gilbert-Elliott channel from a stationary start: 1 lost. */
function lossSequence(channel: Parameters<typeof gilbertElliottFacts>[0], packets: number, stream: RandomStream): Uint8Array {
  const { goodToBad, badToGood, goodSuccess, badSuccess } = channel;
  let isBad = stream.uniform() < goodToBad / (goodToBad + badToGood);
  return Uint8Array.from({ length: packets }, () => {
    const lost = stream.uniform() >= (isBad ? badSuccess : goodSuccess) ? 1 : 0;
    isBad = isBad ? stream.uniform() >= badToGood : stream.uniform() < goodToBad;
    return lost;
  });
}

const PLAIN = { goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 };
const MIXED = { goodToBad: 0.02, badToGood: 0.2, goodSuccess: 0.999, badSuccess: 0.3 };

const lossShare = (losses: Uint8Array): number => mean(losses.length, (i) => losses[i]!);

function meanRun(losses: Uint8Array): number {
  let runs = 0;
  let lost = 0;
  losses.forEach((loss, i) => {
    lost += loss;
    if (loss === 1 && losses[i - 1] !== 1) runs++;
  });
  return lost / runs;
}

/** Share of blocks of 20 packets that lose more than 4. */
const failedBlocks = (blocks: number, lossesOf: () => Uint8Array): number =>
  mean(blocks, () => (lossesOf().reduce((sum, loss) => sum + loss, 0) > 4 ? 1 : 0));

const CHAIN = wangMoayeri(equiprobableEdges(8, 1), { meanSnr: 1, m: 1, dopplerHz: 0.01 }, 1);

/** Of the slots that a chain spends in `state`, the share after which it is one state higher. */
function upwardShare(radio: ChainRadio, state: number): number {
  let from = 0;
  let up = 0;
  let last = radio.step();
  for (let slot = 0; slot < 150_000; slot++) {
    const now = radio.step();
    if (last === state) from++;
    if (last === state && now === state + 1) up++;
    last = now;
  }
  return up / from;
}

const DRAWS = 60_000;
const water = waterFilling(10);

/** Rows 6 to 12, 14, 15, 21, 28, 29, 34: channels and what can be known and sent over them. */
export const CHANNEL_ORACLES: readonly Oracle[] = [
  {
    row: 6,
    name: 'outage probability',
    point: 'R = 2, 10 dB',
    expected: outageProbability(2, 10),
    replica: (stream) => mean(DRAWS, () => (Math.log2(1 + 10 * stream.exponential()) < 2 ? 1 : 0)),
  },
  ...[1, 10, 100].map((snr) => ({
    row: 7,
    name: 'ergodic capacity',
    point: `${10 * Math.log10(snr)} dB`,
    expected: ergodicCapacity(snr),
    replica: (stream: RandomStream) => mean(DRAWS, () => Math.log2(1 + snr * stream.exponential())),
  })),
  {
    row: 8,
    name: 'water-filling capacity',
    point: '10 dB',
    expected: water.capacity,
    replica: (stream) => mean(DRAWS, () => Math.log2(Math.max(1, (10 * stream.exponential()) / water.cutoffSnr))),
  },
  {
    row: 8,
    name: 'water-filling, power spent',
    point: '10 dB',
    expected: 1,
    replica: (stream) => mean(DRAWS, () => Math.max(0, 1 / water.cutoffSnr - 1 / (10 * stream.exponential()))),
  },
  {
    row: 9,
    name: 'outage at the 1 % outage capacity',
    point: '10 dB',
    expected: 0.01,
    replica: (stream) => mean(4 * DRAWS, () => (Math.log2(1 + 10 * stream.exponential()) < outageCapacity(0.01, 10) ? 1 : 0)),
  },
  {
    row: 10,
    name: 'level crossings a second',
    point: '-10 dB, 10 Hz',
    expected: levelCrossingRate(0.1, 1, 1, DOPPLER_HZ),
    replica: (stream) => crossings(0.1, stream).perS,
  },
  {
    row: 10,
    name: 'average fade, s',
    point: '-10 dB, 10 Hz',
    expected: averageFadeDurationS(0.1, 1, 1, DOPPLER_HZ),
    replica: (stream) => crossings(0.1, stream).fadeS,
  },
  {
    row: 11,
    name: 'correlation of the gain',
    point: 'f tau = 0.1',
    expected: besselJ0(0.2 * Math.PI),
    replica: (stream) => correlation(0.1, stream, false),
  },
  {
    row: 11,
    name: 'correlation of the power, plus 1, of 128 sinusoids',
    point: 'f tau = 0.1',
    // E|h|^4 - 1 = 1 - 1/N is its variance.
    expected: 1 + finitePowerCorrelation(0.1) * (1 - 1 / PATHS),
    replica: (stream) => correlation(0.1, stream, true),
  },
  {
    row: 12,
    name: 'chain of 8 states, way up from state 1',
    point: 'f T = 0.01',
    expected: CHAIN.transitions[8 + 2]!,
    replica: (stream) => upwardShare(new ChainRadio(CHAIN, [], { meanSnr: 1, m: 1 }, null, 0, stream), 1),
  },
  ...([PLAIN, MIXED] as const).flatMap((channel) => {
    const facts = gilbertElliottFacts(channel);
    const point = `(${channel.goodToBad}, ${channel.badToGood}, ${channel.goodSuccess}, ${channel.badSuccess})`;
    return [
      {
        row: 14,
        name: 'Gilbert-Elliott, loss',
        point,
        expected: facts.loss,
        replica: (stream: RandomStream) => lossShare(lossSequence(channel, 200_000, stream)),
      },
      {
        row: 14,
        name: 'Gilbert-Elliott, mean run of losses',
        point,
        expected: facts.meanLossRun,
        replica: (stream: RandomStream) => meanRun(lossSequence(channel, 200_000, stream)),
      },
    ];
  }),
  {
    row: 15,
    name: 'RS(20, 16) over Gilbert-Elliott, block failures',
    point: '(.01, .1)',
    expected: blockFailure(lossCounts(PLAIN, 20), 4),
    replica: (stream) => failedBlocks(8000, () => lossSequence(PLAIN, 20, stream)),
  },
  {
    row: 15,
    name: 'RS(20, 16), independent losses',
    point: '1/11',
    expected: blockFailure(binomialLossCounts(1 / 11, 20), 4),
    replica: (stream) => failedBlocks(12_000, () => Uint8Array.from({ length: 20 }, () => (stream.uniform() < 1 / 11 ? 1 : 0))),
  },
  {
    row: 21,
    name: 'Kalman, error before the pilot',
    point: '20 dB, f T = .01',
    expected: kalmanError(100, 0.01, 1).prior,
    replica: (stream) => kalmanSquares(100, 0.01, stream).prior,
  },
  {
    row: 21,
    name: 'Kalman, error after it',
    point: '20 dB, f T = .01',
    expected: kalmanError(100, 0.01, 1).posterior,
    replica: (stream) => kalmanSquares(100, 0.01, stream).posterior,
  },
  {
    row: 21,
    name: 'LMMSE, error of one pilot',
    point: '20 dB',
    expected: lmmseError(100),
    replica: (stream) =>
      mean(2 * DRAWS, () => {
        const gain = stream.normal() / Math.SQRT2;
        const estimate = (gain + stream.normal() / Math.sqrt(200)) / (1 + 1 / 100);
        return 2 * (gain - estimate) ** 2;
      }),
  },
  {
    row: 28,
    name: 'mean of the best of 8, over the mean SNR',
    point: 'K = 8',
    expected: bestOf(8),
    replica: (stream) => mean(DRAWS / 4, () => bestSnr(8, stream)),
  },
  {
    row: 29,
    name: 'opportunistic sum rate',
    point: 'K = 8, 10 dB',
    expected: opportunisticRate(8, 10),
    replica: (stream) => mean(DRAWS / 4, () => Math.log2(1 + 10 * bestSnr(8, stream))),
  },
  {
    row: 34,
    name: 'effective capacity',
    point: '10 dB, beta = 1',
    expected: 2 ** -effectiveCapacity(fromDb(10), 1),
    replica: (stream) => mean(DRAWS, () => 1 / (1 + 10 * stream.exponential())),
  },
];
