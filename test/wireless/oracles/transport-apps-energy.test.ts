import { describe, expect, test } from 'vitest';
import { DEFAULT_RATE_DISTORTION, distortion, meanSquareErrorOf, psnrDb } from '../../../wireless/app/rate-distortion.ts';
import { meanOpinionScore, ratingFactor } from '../../../wireless/app/voice-quality.ts';
import { bestBits, DEFAULT_MQAM_LINK } from '../../../wireless/energy/mqam.ts';
import { aimdRateBytesPerS, lossEventRateFor, meanLossInterval, tfrcRateBytesPerS } from '../../../wireless/transport/tfrc-equation.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits } from '../closed-form.ts';

describe('transport, applications, energy', () => {
  test('the equation of TFRC and its loss intervals', () => {
    digits(tfrcRateBytesPerS(1460, 0.1, 0.01), '164005.06');
    close(1 / meanLossInterval(10, new Array(8).fill(100)), 0.01);
    close(meanLossInterval(400, new Array(8).fill(100)), 150);
    digits(meanLossInterval(50, [100, 90, 80, 70, 60, 50, 40, 30]), '73.33333');
    close(tfrcRateBytesPerS(1460, 0.1, lossEventRateFor(2e5, 1460, 0.1)), 2e5);
    // Reno: sqrt(3 / (2 p)).
    close(aimdRateBytesPerS(1460, 0.1, 0.01, 0.5), 14_600 * Math.sqrt(150));
  });

  test.skipIf(oracleFilesMissing)('the table of TFRC rates', () => {
    for (const row of oracleRows('tfrc.csv')) {
      close(tfrcRateBytesPerS(row['s_bytes'] as number, row['R_s'] as number, row['p'] as number), row['X_Bps'] as number);
    }
  });

  test('voice: rating and score', () => {
    const rating = ratingFactor('G.711', 150, 0.01);
    digits(rating, '86.40714');
    digits(meanOpinionScore(rating), '4.241360');
    const other = ratingFactor('G.729', 250, 0.03);
    digits(other, '58.70843');
    digits(meanOpinionScore(other), '3.032878');
    expect([meanOpinionScore(-5), meanOpinionScore(120)]).toEqual([1, 4.5]);
  });

  test('video: distortion falls with rate, and quality is its logarithm', () => {
    close(distortion(DEFAULT_RATE_DISTORTION, 128), 2537 / 109.7 + 0.38);
    close(psnrDb(meanSquareErrorOf(31)), 31);
  });

  test('over a longer distance fewer bits a symbol take the least energy', () => {
    const bits = [1, 5, 10, 20, 30, 50, 100].map((distanceM) => bestBits(DEFAULT_MQAM_LINK, distanceM));
    for (let i = 1; i < bits.length; i++) expect(bits[i]!).toBeLessThanOrEqual(bits[i - 1]!);
    expect(bits[0]).toBeGreaterThan(8);
    expect(bits.at(-1)).toBe(2);
  });
});
