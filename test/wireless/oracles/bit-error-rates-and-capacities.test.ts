import { describe, expect, test } from 'vitest';
import { fromDb } from '../../../wireless/math/decibel.ts';
import { bpskAwgn, bpskNakagami, bpskRayleigh, qamAwgn, qamRayleigh } from '../../../wireless/oracles/bit-error-rate.ts';
import {
  bestOf,
  effectiveCapacity,
  ergodicCapacity,
  opportunisticRate,
  outageCapacity,
  outageProbability,
  truncatedInversionCapacity,
  waterFilling,
} from '../../../wireless/oracles/capacity.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits, SNR_15_DB } from '../closed-form.ts';

describe('bit error rates and capacities', () => {
  test('BPSK and QAM, with and without fading', () => {
    digits(bpskAwgn(10), '3.872108e-6');
    digits(bpskRayleigh(10), '0.02326871');
    digits(bpskRayleigh(100), '0.002481405');
    digits(qamAwgn(SNR_15_DB, 4), '4.465400e-3');
    digits(qamRayleigh(100, 4), '0.01857970');
    // 30 digits from an arbitrary-precision integral of the AWGN formula: 0.0522525092073628..
    digits(qamRayleigh(100, 8), '0.05225250921');
    // One bit in one dimension is BPSK; m = 1 is Rayleigh.
    close(qamAwgn(3, 2, 1), bpskAwgn(3));
    close(qamRayleigh(40, 2, 1), bpskRayleigh(40));
    close(bpskNakagami(40, 1), (1 - Math.sqrt(40 / 41)) / 2);
  });

  test('capacities of a Rayleigh channel', () => {
    digits(ergodicCapacity(1), '0.8603474');
    digits(ergodicCapacity(10), '2.906515');
    digits(ergodicCapacity(100), '5.884048');
    digits(waterFilling(10).capacity, '2.979422');
    digits(waterFilling(10).cutoffSnr, '0.7675916');
    digits(effectiveCapacity(10, 1), '2.311404');
    // Without a bound on the delay it is the ergodic capacity; it falls as the bound gets stricter.
    expect(effectiveCapacity(10, 1e-6)).toBeCloseTo(ergodicCapacity(10), 4);
    const falling = [0.1, 0.5, 1, 2, 5, 10, 30, 100].map((beta) => effectiveCapacity(100, beta));
    for (let i = 1; i < falling.length; i++) expect(falling[i]!).toBeLessThan(falling[i - 1]!);
    // The rate whose outage is 1 % has an outage of 1 %.
    close(outageProbability(outageCapacity(0.01, 10), 10), 0.01);
    // No cutoff is better than water-filling, for any power rule.
    for (const cutoff of [0.01, 0.1, 0.5, 1, 2]) expect(truncatedInversionCapacity(cutoff, 10)).toBeLessThan(waterFilling(10).capacity);
  });

  test('the best of several users', () => {
    digits(bestOf(8), '2.717857');
    digits(opportunisticRate(8, 10), '4.686518');
    close(opportunisticRate(1, 10), ergodicCapacity(10));
  });

  test.skipIf(oracleFilesMissing)('the tables of bit error rates', () => {
    for (const row of oracleRows('ber.csv')) {
      const snr = fromDb(row['SNR_dB'] as number);
      const expected = (column: string): number => row[column] as number;
      close(bpskAwgn(snr), expected('BPSK_AWGN'));
      close(bpskRayleigh(snr), expected('BPSK_Rayleigh'));
      close(bpskNakagami(snr, 2), expected('BPSK_Nakagami2'));
      close(bpskNakagami(snr, 4), expected('BPSK_Nakagami4'));
      close(qamAwgn(snr, 4), expected('16QAM_AWGN(Es/N0)'));
      close(qamAwgn(snr, 8), expected('64QAM_AWGN(Es/N0)'));
      // The file has these from a numerical integral that errs by some 1e-9, and from 34 and 40 dB on misses the deep fades that matter
      // there; the closed form is exact (its integral in arbitrary precision agrees to 15 digits).
      for (const [column, levels, firstWrongDb] of [
        ['16QAM_Rayleigh(Es/N0)', 4, 34],
        ['64QAM_Rayleigh(Es/N0)', 8, 40],
      ] as const) {
        const ratio = qamRayleigh(snr, levels) / expected(column);
        if ((row['SNR_dB'] as number) < firstWrongDb) expect(Math.abs(ratio - 1)).toBeLessThan(1e-8);
        else expect(ratio).toBeGreaterThan(1e5);
      }
    }
  });
});
