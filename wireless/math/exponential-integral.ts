import { integrate } from './quadrature.ts';

const EULER_GAMMA = 0.5772156649015329;

/** Exponential integral E1(x), x > 0: power series up to 1, continued fraction above (Abramowitz and Stegun 5.1.11, 5.1.22). */
export function e1(x: number): number {
  if (x > 1) return fraction(1, x);
  let sum = -EULER_GAMMA - Math.log(x);
  let term = -1;
  for (let k = 1; k < 60; k++) {
    term *= -x / k;
    sum += term / k;
  }
  return sum;
}

/**
 * Generalised exponential integral E_beta(x) = integral of e^(-x t) t^-beta over t > 1, for real beta and x > 0. Below x = 1 by
 * quadrature after t = e^v: the integrand then has a boundary layer of width 1 / beta at 0, which the panels follow.
 */
export function expIntegral(beta: number, x: number): number {
  if (x > 1) return fraction(beta, x);
  // e^v x = 745: exp underflows there.
  const end = Math.log(745 / x);
  const breaks = [0];
  for (let width = 1 / Math.max(4, 4 * Math.abs(beta)); breaks.at(-1)! < end; width = Math.min(2 * width, 0.5)) {
    breaks.push(Math.min(end, breaks.at(-1)! + width));
  }
  return integrate((v) => Math.exp((1 - beta) * v - x * Math.exp(v)), breaks);
}

/** Continued fraction of E_beta(x) (Abramowitz and Stegun 5.1.22, even part), by Lentz's method. */
function fraction(beta: number, x: number): number {
  let b = x + beta;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let i = 1; i < 10_000; i++) {
    const numerator = -i * (beta - 1 + i);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return value * Math.exp(-x);
}
