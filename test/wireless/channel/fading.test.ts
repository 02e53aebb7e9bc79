import { describe, expect, test } from 'vitest';
import {
  BlockNakagami,
  BlockRician,
  ClarkeFading,
  ClarkeGain,
  ClarkeNakagami,
  type Fading,
  MappedNakagami,
} from '../../../wireless/channel/fading.ts';
import { pathLossDb } from '../../../wireless/channel/link-budget.ts';
import { Shadowed } from '../../../wireless/channel/shadowing.ts';
import { besselJ0 } from '../../../wireless/math/bessel.ts';
import { toDb } from '../../../wireless/math/decibel.ts';
import { gammaP } from '../../../wireless/math/gamma.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';

const CHANNELS = 20_000;
const DOPPLER_HZ = 10;
const SLOT_S = 2e-3;
const stream = (component: number): RandomStream => new RandomStream(7, 'test-fading', component);

/** Powers of independent channels in their first slot. */
const firstPowers = (make: (component: number) => Fading, channels = CHANNELS): Float64Array =>
  Float64Array.from({ length: channels }, (_, c) => make(c).next());
const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const meanSquare = (values: Float64Array): number => mean(values.map((x) => x * x));

/** Largest distance of an empirical distribution from P(m, m x) (Kolmogorov); 1.95 / sqrt(n) is the 1e-3 quantile. */
function distanceFromNakagami(powers: Float64Array, m: number): number {
  const sorted = powers.slice().sort();
  let most = 0;
  sorted.forEach((x, i) => {
    const f = gammaP(m, m * x);
    most = Math.max(most, Math.abs(f - i / sorted.length), Math.abs(f - (i + 1) / sorted.length));
  });
  return most * Math.sqrt(sorted.length);
}

describe('a sum of sinusoids', () => {
  test.each([4, 8, 32])('of %i paths has E|h|^2 = 1 and E|h|^4 = 2 - 1/N', (paths) => {
    const powers = firstPowers((c) => new ClarkeFading(paths, DOPPLER_HZ, SLOT_S, 0, stream(c)));
    expect(Math.abs(mean(powers) - 1)).toBeLessThan(5 / Math.sqrt(CHANNELS));
    // The fourth moment of |h|^2 is at most that of the exponential law, 24.
    expect(Math.abs(meanSquare(powers) - (2 - 1 / paths))).toBeLessThan(5 * Math.sqrt(20 / CHANNELS));
  });

  test('has the autocorrelation J0(2 pi f tau) of Clarke', () => {
    const lags = [0, 1, 5, 10, 20];
    const sums = lags.map(() => 0);
    const channels = 6000;
    for (let c = 0; c < channels; c++) {
      const gain = new ClarkeGain(16, DOPPLER_HZ, SLOT_S, stream(c));
      gain.advance();
      const [re, im] = [gain.re, gain.im];
      for (let slot = 0, at = 0; at < lags.length; slot++) {
        if (slot === lags[at]) sums[at++]! += re * gain.re + im * gain.im;
        gain.advance();
      }
    }
    lags.forEach((lag, i) => {
      expect(Math.abs(sums[i]! / channels - besselJ0(2 * Math.PI * DOPPLER_HZ * SLOT_S * lag))).toBeLessThan(5 / Math.sqrt(channels));
    });
  });

  test.each([1, 2, 5, 32])('of %i paths is the sum of their cosines and sines in every slot', (paths) => {
    const draws = stream(3);
    const angles = Array.from({ length: paths }, (_, n) => {
      const theta = (2 * draws.uniform() - 1) * Math.PI;
      const phase = (2 * draws.uniform() - 1) * Math.PI;
      return { phase, turn: 2 * Math.PI * DOPPLER_HZ * SLOT_S * Math.cos((2 * Math.PI * (n + 1) + theta) / paths) };
    });
    const gain = new ClarkeGain(paths, DOPPLER_HZ, SLOT_S, stream(3));
    for (let slot = 0; slot < 200; slot++) {
      gain.advance();
      const sum = (part: (angle: number) => number): number =>
        angles.reduce((total, { phase, turn }) => total + part(slot * turn + phase), 0) / Math.sqrt(paths);
      expect(gain.re).toBeCloseTo(sum(Math.cos), 11);
      expect(gain.im).toBeCloseTo(sum(Math.sin), 11);
    }
  });

  test('keeps its rotations exact over the anchor at 2^16 slots', () => {
    // At a Doppler of 0 nothing moves: what changes is rounding.
    const still = new ClarkeFading(16, 0, SLOT_S, 0, stream(1));
    const first = still.next();
    for (let slot = 1; slot < 2 ** 16 + 5; slot++) expect(Math.abs(still.next() / first - 1)).toBeLessThan(1e-9);
    // And it meets the closed form of its angles again: two channels of one stream, one a slot of twice the length.
    const fine = new ClarkeFading(16, DOPPLER_HZ, SLOT_S / 2, 0, stream(2));
    const coarse = new ClarkeFading(16, DOPPLER_HZ, SLOT_S, 0, stream(2));
    for (let slot = 0; slot < 40_000; slot++) {
      const value = fine.next();
      fine.next();
      expect(Math.abs(coarse.next() - value)).toBeLessThan(1e-8);
    }
  });
});

describe('the law of a channel', () => {
  test.each([1, 2, 0.7, 2.5])('with independent slots is Nakagami with m = %f', (m) => {
    const fading = new BlockNakagami(m, stream(3));
    expect(
      distanceFromNakagami(
        Float64Array.from({ length: CHANNELS }, () => fading.next()),
        m,
      ),
    ).toBeLessThan(1.95);
  });

  test.each([0.7, 2.5])('with Clarke correlation and broken m = %f is exact up to that of the sinusoids', (m) => {
    const powers = firstPowers((c) => new MappedNakagami(m, 64, DOPPLER_HZ, SLOT_S, stream(c)), 8000);
    expect(distanceFromNakagami(powers, m)).toBeLessThan(1.95);
  });

  test('with Clarke correlation and whole m is Nakagami', () => {
    const powers = firstPowers((c) => new ClarkeNakagami(3, 32, DOPPLER_HZ, SLOT_S, stream(c)), 8000);
    expect(distanceFromNakagami(powers, 3)).toBeLessThan(1.95);
  });

  test('is Rician with E|h|^4 = (2 + 4K + K^2) / (1 + K)^2, with and without correlation', () => {
    const k = 4;
    const expected = (2 + 4 * k + k * k) / (1 + k) ** 2;
    const block = new BlockRician(k, stream(4));
    for (const powers of [
      Float64Array.from({ length: CHANNELS }, () => block.next()),
      firstPowers((c) => new ClarkeFading(64, DOPPLER_HZ, SLOT_S, k, stream(c))),
    ]) {
      expect(Math.abs(mean(powers) - 1)).toBeLessThan(5 / Math.sqrt(CHANNELS));
      expect(Math.abs(meanSquare(powers) - expected)).toBeLessThan(0.06);
    }
  });
});

describe('shadowing', () => {
  test('has its standard deviation in dB, and a correlation of exp(-distance / d)', () => {
    const [sigmaDb, correlationM, stepM] = [8, 50, 10];
    const steady = { next: () => 1 };
    let [squares, products] = [0, 0];
    for (let c = 0; c < CHANNELS; c++) {
      const shadowed = new Shadowed(steady, sigmaDb, correlationM, stepM, stream(c));
      const now = toDb(shadowed.next());
      squares += now * now;
      products += now * toDb(shadowed.next());
    }
    expect(Math.abs(squares / CHANNELS / sigmaDb ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / CHANNELS));
    expect(Math.abs(products / CHANNELS / sigmaDb ** 2 - Math.exp(-0.2))).toBeLessThan(5 * Math.sqrt(2 / CHANNELS));
  });
});

test('free-space loss at 1 m is 38.47 dB at 2 GHz, and a decade of distance costs 10 n dB', () => {
  const budget = { distanceM: 1, exponent: 3.5, carrierHz: 2e9, bandwidthHz: 1e6, noiseFigureDb: 9, gainsDb: 0 };
  expect(pathLossDb(budget)).toBeCloseTo(38.4684, 4);
  expect(pathLossDb({ ...budget, distanceM: 10 }) - pathLossDb(budget)).toBeCloseTo(35, 10);
});
