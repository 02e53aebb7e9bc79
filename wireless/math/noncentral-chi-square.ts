import { gammaP, lnGamma } from './gamma.ts';

/**
 * Distribution function of the noncentral chi-square law with k degrees of freedom and noncentrality lambda: the Poisson mixture
 * sum of e^(-lambda/2) (lambda/2)^j / j! * P(k/2 + j, x/2), from its largest weight at j = lambda/2 both ways. One incomplete gamma
 * function is evaluated; its neighbours follow from P(a + 1, y) = P(a, y) - y^a e^-y / Gamma(a + 1).
 */
export function noncentralChiSquareCdf(x: number, k: number, lambda: number): number {
  if (x <= 0) return 0;
  if (x === Infinity) return 1;
  const y = x / 2;
  const half = lambda / 2;
  const middle = Math.floor(half);
  const weightAtMiddle = half === 0 ? 1 : Math.exp(middle * Math.log(half) - half - lnGamma(middle + 1));
  const a = k / 2 + middle;
  const pAtMiddle = gammaP(a, y);
  // y^a e^-y / Gamma(a + 1): what separates P(a, y) from P(a + 1, y).
  const stepAtMiddle = Math.exp(a * Math.log(y) - y - lnGamma(a + 1));

  let sum = weightAtMiddle * pAtMiddle;
  let weight = weightAtMiddle;
  let p = pAtMiddle;
  let step = stepAtMiddle;
  for (let j = middle + 1; weight > 1e-18; j++) {
    p -= step;
    step *= y / (k / 2 + j);
    weight *= half / j;
    if (p <= 0) break;
    const before = sum;
    sum += weight * p;
    // Terms fall from here on.
    if (sum === before) break;
  }
  weight = weightAtMiddle;
  p = pAtMiddle;
  step = stepAtMiddle;
  for (let j = middle - 1; j >= 0 && weight > 1e-18; j--) {
    // From a = k/2 + j + 1 down to k/2 + j.
    step *= (k / 2 + j + 1) / y;
    p += step;
    weight *= (j + 1) / half;
    sum += weight * p;
  }
  return Math.min(1, sum);
}
