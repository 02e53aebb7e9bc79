import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { besselJ0 } from '../../../wireless/math/bessel.ts';
import { e1, expIntegral } from '../../../wireless/math/exponential-integral.ts';
import { erfc, gammaP, gammaPInverse, gammaQ, lnGamma } from '../../../wireless/math/gamma.ts';
import { fromDb, toDb } from '../../../wireless/math/decibel.ts';
import { snrProbability } from '../../../wireless/math/nakagami.ts';
import { noncentralChiSquareCdf } from '../../../wireless/math/noncentral-chi-square.ts';
import { equalPanels, integrate } from '../../../wireless/math/quadrature.ts';
import { stationaryLaw } from '../../../wireless/math/stationary-law.ts';
import { close } from '../closed-form.ts';

describe('gamma functions', () => {
  test('ln Gamma of whole numbers is the sum of logarithms, and of one half ln sqrt(pi)', () => {
    let sum = 0;
    for (let n = 1; n <= 60; n++) {
      expect(lnGamma(n)).toBeCloseTo(sum, 10);
      sum += Math.log(n);
    }
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  });

  test('Q(n, x) of whole n is the Poisson sum, from 1 down to 1e-200', () => {
    for (const n of [1, 2, 5, 20]) {
      for (const x of [1e-6, 0.1, 1, 3, 10, 25, 80, 400]) {
        let term = Math.exp(-x);
        let sum = term;
        for (let k = 1; k < n; k++) sum += term *= x / k;
        close(gammaQ(n, x), sum);
      }
    }
  });

  test('P and Q add up to 1, and the inverse of P gives back its argument', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 30, noNaN: true }), fc.double({ min: 1e-6, max: 0.999, noNaN: true }), (a, p) => {
        const x = gammaPInverse(a, p);
        expect(gammaP(a, x)).toBeCloseTo(p, 12);
        expect(gammaP(a, x) + gammaQ(a, x)).toBeCloseTo(1, 13);
      }),
      { numRuns: 200 },
    );
  });

  test('erfc keeps its precision where it is tiny, and is 2 - erfc(-x) on the other side', () => {
    close(erfc(1), 0.15729920705028513);
    close(erfc(5), 1.5374597944280349e-12);
    expect(erfc(-1)).toBeCloseTo(2 - 0.15729920705028513, 14);
  });
});

describe('Bessel function and exponential integrals', () => {
  test('J0 has its known values and zeros, and its power series', () => {
    expect(besselJ0(0)).toBe(1);
    expect(besselJ0(1)).toBeCloseTo(0.7651976865579666, 14);
    expect(besselJ0(2.404825557695773)).toBeCloseTo(0, 14);
    expect(besselJ0(30)).toBeCloseTo(-0.0863679835810482, 13);
    for (const x of [0.3, 2, 4]) {
      let term = 1;
      let sum = 1;
      for (let k = 1; k < 60; k++) sum += term *= -(x * x) / 4 / (k * k);
      expect(besselJ0(x)).toBeCloseTo(sum, 13);
    }
  });

  test('E1 is its integral on both sides of where its two forms meet', () => {
    close(e1(1), 0.21938393439552029);
    for (const x of [0.01, 0.5, 0.999, 1.001, 3, 20]) {
      // t = x e^v: the integral of exp(-x e^v) over v > 0.
      close(
        e1(x),
        integrate((v) => Math.exp(-x * Math.exp(v)), equalPanels(0, Math.log(700 / x), 40)),
      );
    }
  });

  test('E_beta obeys its recurrence beta E_{beta+1} = e^-x - x E_beta, also where beta is large and x small', () => {
    close(expIntegral(1, 0.3), e1(0.3));
    for (const beta of [1, 1.7, 10]) {
      for (const x of [0.001, 0.4, 2]) close(beta * expIntegral(beta + 1, x), Math.exp(-x) - x * expIntegral(beta, x));
    }
  });
});

describe('laws', () => {
  test('the noncentral chi-square law is its Poisson mixture, term by term, also far from its middle', () => {
    for (const [x, k, lambda] of [
      [3, 2, 0],
      [3, 2, 5],
      [120, 4, 100],
      [40, 2, 100],
      [900, 6, 800],
    ] as const) {
      let weight = Math.exp(-lambda / 2);
      let sum = 0;
      for (let j = 0; j < 1500; j++) {
        sum += weight * gammaP(k / 2 + j, x / 2);
        weight *= lambda / 2 / (j + 1);
      }
      expect(Math.abs(noncentralChiSquareCdf(x, k, lambda) - sum)).toBeLessThan(1e-13 + 1e-9 * sum);
    }
  });

  test('the stationary law of a chain of two states, and of a random walk, is that of detailed balance', () => {
    const two = stationaryLaw(Float64Array.of(0.99, 0.01, 0.1, 0.9), 2);
    close(two[1]!, 1 / 11);
    const states = 6;
    const walk = new Float64Array(states * states);
    for (let n = 0; n < states; n++) {
      if (n < states - 1) walk[n * states + n + 1] = 0.2;
      if (n > 0) walk[n * states + n - 1] = 0.6;
      walk[n * states + n] = 1 - (n < states - 1 ? 0.2 : 0) - (n > 0 ? 0.6 : 0);
    }
    const law = stationaryLaw(walk, states);
    for (let n = 1; n < states; n++) close(law[n]! / law[n - 1]!, 1 / 3);
  });

  test('a stationary law of 1e-30 has all its digits', () => {
    close(stationaryLaw(Float64Array.of(1, 1e-30, 0.5, 0.5), 2)[1]!, 2e-30);
  });

  test('the probability of an interval far in the tail is not lost in rounding', () => {
    close(snrProbability(40, 41, 1, 1), Math.exp(-40) - Math.exp(-41));
  });

  test('decibels and linear SNR are not confused: 3 dB is a factor of 1.995, not of 3', () => {
    expect(fromDb(3)).toBeCloseTo(1.99526, 5);
    expect(toDb(fromDb(-17.3))).toBeCloseTo(-17.3, 12);
  });
});
