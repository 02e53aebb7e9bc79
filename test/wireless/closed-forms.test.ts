import { describe, expect, test } from 'vitest';
import { DEFAULT_RATE_DISTORTION, distortion, meanSquareErrorOf, psnrDb } from '../../wireless/app/rate-distortion.ts';
import { meanOpinionScore, ratingFactor } from '../../wireless/app/voice-quality.ts';
import { equiprobableEdges, exactChain, largestValidDopplerHz, wangMoayeri } from '../../wireless/channel/fsmc.ts';
import { delayError, kalmanError, lmmseError, scaledDelayError } from '../../wireless/csi/estimation-error.ts';
import { bestBits, DEFAULT_MQAM_LINK } from '../../wireless/energy/mqam.ts';
import { besselJ0 } from '../../wireless/math/bessel.ts';
import { fromDb, toDb } from '../../wireless/math/decibel.ts';
import { averageFadeDurationS, levelCrossingRate, powerCorrelation } from '../../wireless/math/nakagami.ts';
import { amcArq, amcArqForLoss, fixedMode, outdatedPer, outdatedPerUncapped } from '../../wireless/oracles/amc-arq.ts';
import {
  attemptsByDeadline,
  goBackNEfficiency,
  selectiveRepeatEfficiency,
  stopAndWaitEfficiency,
  truncatedArq,
} from '../../wireless/oracles/arq.ts';
import { bpskAwgn, bpskNakagami, bpskRayleigh, qamAwgn, qamRayleigh } from '../../wireless/oracles/bit-error-rate.ts';
import {
  bestOf,
  effectiveCapacity,
  ergodicCapacity,
  opportunisticRate,
  outageCapacity,
  outageProbability,
  truncatedInversionCapacity,
  waterFilling,
} from '../../wireless/oracles/capacity.ts';
import { finiteQueue } from '../../wireless/oracles/finite-queue.ts';
import { binomialLossCounts, blockFailure, gilbertElliottFacts, lossCounts } from '../../wireless/oracles/gilbert-elliott.ts';
import { harqOutage, harqThroughput } from '../../wireless/oracles/harq.ts';
import {
  geoGeo1,
  waitByPriority,
  waitMD1,
  waitMG1,
  waitMM1,
  waitPersistentArq,
  waitWithVacations,
} from '../../wireless/oracles/waiting-times.ts';
import { instantaneousThresholds, meanThresholds, modeProbabilities, targetPer } from '../../wireless/phy/amc.ts';
import { cappedBelow, MODE_TABLES, type ModeTable, packetErrorRate } from '../../wireless/phy/modes.ts';
import { aimdRateBytesPerS, lossEventRateFor, meanLossInterval, tfrcRateBytesPerS } from '../../wireless/transport/tfrc-equation.ts';
import { oracleFilesMissing, oracleRows } from './oracle-files.ts';

/** All digits that a reference prints. */
const digits = (value: number, shown: string): void => {
  const [mantissa] = shown.toLowerCase().split('e');
  const significant = mantissa!.replace(/^-?0*\.?0*/, '').replace('.', '').length;
  expect(Number(value.toPrecision(significant)), `${value} against ${shown}`).toBe(Number(shown));
};

/** 1e-9 relative; the files show ten digits. */
const close = (value: number, expected: number): void => {
  expect(Math.abs(value - expected), `${value} against ${expected}`).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
};

const TM2 = MODE_TABLES.TM2;
const SNR_15_DB = fromDb(15);
const SLOT_S = 2e-3;

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

describe('fading', () => {
  test('level crossings, fades and correlation', () => {
    digits(levelCrossingRate(0.1, 1, 1, 10), '7.172334');
    digits(averageFadeDurationS(0.1, 1, 1, 10) * 1e3, '13.26801');
    digits(levelCrossingRate(0.01, 1, 1, 10), '2.481687');
    digits(besselJ0(0.2 * Math.PI), '0.9037126');
    digits(powerCorrelation(10, 0.01), '0.8166965');
  });

  test.skipIf(oracleFilesMissing)('the table of level crossings', () => {
    for (const row of oracleRows('lcr_afd.csv')) {
      const snr = fromDb(row['threshold_dB_rel_mean_SNR'] as number);
      const [m, doppler] = [row['m'] as number, row['fd_Hz'] as number];
      close(levelCrossingRate(snr, 1, m, doppler), row['LCR_per_s'] as number);
      close(averageFadeDurationS(snr, 1, m, doppler), row['AFD_s'] as number);
    }
  });

  test('the chain of Wang and Moayeri is a chain while no state is thinner than a slot, and tells the Doppler up to which it is', () => {
    const edges = instantaneousThresholds(TM2, 0.01);
    const staying = (fdT: number): number =>
      wangMoayeri(edges, { meanSnr: SNR_15_DB, m: 1, dopplerHz: fdT / SLOT_S }, SLOT_S).transitions[8]!;
    digits(staying(0.01), '0.70882');
    digits(staying(0.02), '0.41765');
    digits(staying(0.05), '-0.45588');
    const largest = largestValidDopplerHz(edges, { meanSnr: SNR_15_DB, m: 1 }, SLOT_S);
    const leastStay = (hz: number): number => wangMoayeri(edges, { meanSnr: SNR_15_DB, m: 1, dopplerHz: hz }, SLOT_S).leastStay;
    expect(leastStay(largest * 0.999)).toBeGreaterThan(0);
    expect(leastStay(largest * 1.001)).toBeLessThan(0);
  });

  test('the exact chain differs from it, keeps its stationary law, and has rows that sum to 1', () => {
    const edges = instantaneousThresholds(TM2, 0.01);
    const fading = { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 };
    digits(wangMoayeri(edges, fading, SLOT_S).transitions[1]!, '0.24430');
    const chain = exactChain(edges, fading, SLOT_S);
    digits(chain.transitions[1]!, '0.21350');
    const states = chain.law.length;
    for (let j = 0; j < states; j++) {
      let into = 0;
      let row = 0;
      for (let i = 0; i < states; i++) {
        into += chain.law[i]! * chain.transitions[i * states + j]!;
        row += chain.transitions[j * states + i]!;
      }
      expect(into).toBeCloseTo(chain.law[j]!, 12);
      expect(row).toBeCloseTo(1, 14);
    }
  });

  test('states of equal probability are equally probable', () => {
    const { law } = wangMoayeri(equiprobableEdges(8, 10), { meanSnr: 10, m: 1, dopplerHz: 5 }, SLOT_S);
    law.forEach((probability) => close(probability, 1 / 8));
  });

  test('estimates of the channel', () => {
    const { prior, posterior, gain } = kalmanError(100, 5, SLOT_S);
    // Steady state: prior = a^2 posterior + 1 - a^2.
    const a2 = besselJ0(2 * Math.PI * 5 * SLOT_S) ** 2;
    close(a2 * posterior + 1 - a2, prior);
    close((1 - gain) * prior, posterior);
    expect(posterior).toBeLessThan(lmmseError(100));
    expect(scaledDelayError(10, 0.01)).toBeLessThan(delayError(10, 0.01));
  });
});

describe('adaptive modulation with truncated ARQ', () => {
  test('spectral efficiency and packet error rate', () => {
    const table = [
      [5, ['0.66266', '0.80915', '0.85500']],
      [10, ['1.40652', '1.61008', '1.66222']],
      [15, ['2.31362', '2.54900', '2.61074']],
      [20, ['3.31698', '3.53163', '3.58134']],
      [25, ['4.02928', '4.13319', '4.15549']],
    ] as const;
    for (const [db, shown] of table) {
      shown.forEach((value, n) => digits(amcArqForLoss(TM2, db, 1, n, 0.01).spectralEfficiency, value));
    }
    ['1.214490e-3', '1.531936e-2', '3.615413e-2'].forEach((value, n) => digits(amcArqForLoss(TM2, 15, 1, n, 0.01).per, value));
  });

  test('goodput is what is not lost of the spectral efficiency, and the raw rate less the error rate', () => {
    const { goodput, spectralEfficiency, residualLoss } = amcArqForLoss(MODE_TABLES.TM1, 12, 2, 2, 0.01);
    close(spectralEfficiency * (1 - residualLoss), goodput);
  });

  test('probabilities of the modes', () => {
    const probabilities = modeProbabilities(instantaneousThresholds(TM2, targetPer(0.01, 1)), SNR_15_DB, 1);
    ['.030841', '.028796', '.055265', '.141241', '.154522', '.462106', '.127228'].forEach((shown, n) =>
      digits(Number(probabilities[n]!.toFixed(6)), `0${shown}`),
    );
  });

  test('a mode chosen by an old SNR: the cap at 1 matters', () => {
    const thresholds = instantaneousThresholds(TM2, 0.01);
    const rho = (fdTau: number): number => powerCorrelation(1, fdTau);
    digits(outdatedPer(TM2, thresholds, SNR_15_DB, 1, rho(0.02)), '0.005596094');
    digits(outdatedPer(TM2, thresholds, SNR_15_DB, 1, rho(0.1)), '0.1194323');
    digits(outdatedPerUncapped(TM2, thresholds, SNR_15_DB, 1, rho(0.02)), '0.01383258');
    digits(outdatedPerUncapped(TM2, thresholds, SNR_15_DB, 1, rho(0.1)), '0.9323345');
    // Fresh: what the closed form without delay says.
    expect(outdatedPer(TM2, thresholds, SNR_15_DB, 1, 1 - 1e-5)).toBeCloseTo(amcArq(TM2, thresholds, SNR_15_DB, 1, 0).per, 5);
  });

  test('one mode for all channels is worse than the choice among all', () => {
    const best = Math.max(...TM2.map((phy) => fixedMode(phy, SNR_15_DB, 1).goodput));
    expect(best).toBeLessThan(amcArqForLoss(TM2, 15, 1, 2, 0.01).goodput);
  });

  test('every fit begins where the table says it does', () => {
    for (const table of Object.values(MODE_TABLES)) {
      for (const phy of table) expect(Math.abs(toDb(cappedBelow(phy)) - toDb(phy.thresholdSnr))).toBeLessThan(0.025);
    }
    expect(packetErrorRate(TM2[5]!, 50, 2160)).toBeCloseTo(1 - (1 - packetErrorRate(TM2[5]!, 50)) ** 2, 14);
  });

  test.skipIf(oracleFilesMissing)('the tables of thresholds and of AMC with ARQ', () => {
    for (const row of oracleRows('amc_thresholds.csv')) {
      const thresholds = instantaneousThresholds(MODE_TABLES[row['table'] as ModeTable], targetPer(0.01, row['Nr'] as number));
      close(thresholds[row['n'] as number]!, row['gamma_n_linear'] as number);
    }
    for (const row of oracleRows('amc_arq.csv')) {
      const facts = amcArqForLoss(TM2, row['avgSNR_dB'] as number, 1, row['Nr'] as number, 0.01);
      close(facts.modeProbabilities[0]!, row['Pr_outage(n=0)'] as number);
      close(facts.per, row['avg_PER'] as number);
      close(facts.residualLoss, row['residual_loss'] as number);
      close(facts.attempts, row['avg_transmissions'] as number);
      close(facts.rawRate, row['raw_rate_sum'] as number);
      close(facts.spectralEfficiency, row['spectral_efficiency'] as number);
    }
  });
});

describe('the finite queue behind adaptive modulation', () => {
  const analysed = (arrivals: number, per: number, kind: 'wang-moayeri' | 'exact', capacity = 50) => {
    const edges = meanThresholds(MODE_TABLES.TM2Q, per, SNR_15_DB, 1);
    const fading = { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 };
    const chain = kind === 'exact' ? exactChain(edges, fading, SLOT_S) : wangMoayeri(edges, fading, SLOT_S);
    return finiteQueue({ arrivals, capacity, service: [0, 1, 2, 3, 6, 9], per }, chain);
  };

  test('the least loss moves to a higher error rate as the load grows', () => {
    const rates = Array.from({ length: 19 }, (_, i) => 10 ** (-5 + (4.5 * i) / 18));
    const optimum = (arrivals: number): { per: number; loss: number } =>
      rates.map((per) => ({ per, loss: analysed(arrivals, per, 'wang-moayeri').loss })).reduce((a, b) => (b.loss < a.loss ? b : a));
    for (const [arrivals, per, loss] of [
      [1, '1.0e-4', '4.742e-4'],
      [2, '1.78e-3', '1.0318e-2'],
      [2.5, '3.16e-3', '1.9940e-2'],
      [3, '5.62e-3', '3.3340e-2'],
    ] as const) {
      const found = optimum(arrivals);
      digits(found.per, per);
      digits(found.loss, loss);
    }
  });

  test.skipIf(oracleFilesMissing)('the table of both chains', () => {
    for (const row of oracleRows('queue_amc_5mode.csv')) {
      const arrivals = row['lambda_Tf'] as number;
      for (const [prefix, kind] of [
        ['WM', 'wang-moayeri'],
        ['ex', 'exact'],
      ] as const) {
        const facts = analysed(arrivals, 0.01, kind);
        close(facts.dropProbability, row[`${prefix}_P_drop`] as number);
        close(facts.loss, row[`${prefix}_xi`] as number);
        close(facts.throughput, row[`${prefix}_throughput`] as number);
        close(facts.meanQueue, row[`${prefix}_E_queue`] as number);
        close(facts.delaySlots, row[`${prefix}_delay_slots`] as number);
      }
    }
  });
});

describe('loss, retransmission and coding over packets', () => {
  test('Gilbert and Elliott', () => {
    const plain = gilbertElliottFacts({ goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 });
    close(plain.loss, 1 / 11);
    close(plain.meanLossRun, 10);
    close(plain.lossCorrelation, 0.89);
    const mixed = gilbertElliottFacts({ goodToBad: 0.02, badToGood: 0.2, goodSuccess: 0.999, badSuccess: 0.3 });
    digits(mixed.loss, '0.06454545');
    digits(mixed.meanLossRun, '2.234741');
  });

  test('losses in a block: memory makes long bursts likelier, not losses', () => {
    const channel = { goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 };
    const counts = lossCounts(channel, 20);
    close(
      counts.reduce((sum, p) => sum + p, 0),
      1,
    );
    close(counts.reduce((sum, p, l) => sum + p * l, 0) / 20, 1 / 11);
    expect(blockFailure(counts, 4)).toBeGreaterThan(blockFailure(binomialLossCounts(1 / 11, 20), 4));
    // A channel that forgets is the independent one.
    const forgetful = lossCounts({ goodToBad: 0.3, badToGood: 0.7, goodSuccess: 1, badSuccess: 0 }, 12);
    binomialLossCounts(0.3, 12).forEach((p, l) => expect(forgetful[l]!).toBeCloseTo(p, 12));
  });

  test('classical ARQ', () => {
    close(stopAndWaitEfficiency(0.1, 5), 0.15);
    close(goBackNEfficiency(0.1, 5), 0.6);
    close(selectiveRepeatEfficiency(0.1), 0.9);
    close(truncatedArq(0.1, 3).attempts, 1.111);
    close(truncatedArq(0.1, 3).residualLoss, 1e-4);
    expect(attemptsByDeadline(0.1, 0.002, 0.02)).toBe(5);
  });

  test('hybrid ARQ: combining beats repetition, incremental redundancy beats combining; one round is the same for all', () => {
    const [none, chase, ir] = (['none', 'chase', 'ir'] as const).map((combining) => harqOutage(combining, 2, 1, 4));
    close(none![0]!, 1 - Math.exp(-3));
    close(chase![0]!, none![0]!);
    close(ir![0]!, none![0]!);
    for (let l = 1; l < 4; l++) {
      expect(chase![l]!).toBeLessThan(none![l]!);
      expect(ir![l]!).toBeLessThan(chase![l]!);
    }
    // Two rounds of Chase combining: Gamma(2, 1).
    close(chase![1]!, 1 - Math.exp(-3) * 4);
    expect(harqThroughput(ir!, 2)).toBeGreaterThan(harqThroughput(chase!, 2));
  });

  test.skipIf(oracleFilesMissing)('the table of Gilbert and Elliott', () => {
    for (const row of oracleRows('gilbert_elliott.csv')) {
      const facts = gilbertElliottFacts({
        goodToBad: row['p_GB'] as number,
        badToGood: row['r_BG'] as number,
        goodSuccess: row['k_G_success'] as number,
        badSuccess: row['h_B_success'] as number,
      });
      close(facts.badProbability, row['pi_B'] as number);
      close(facts.loss, row['loss_rate'] as number);
      close(facts.meanLossRun, row['mean_loss_run'] as number);
      close(facts.stateCorrelation, row['state_corr_lag1'] as number);
      close(facts.lossCorrelation, row['loss_corr_lag1'] as number);
    }
  });
});

describe('waiting', () => {
  test('priorities keep the sum of load times wait', () => {
    const classes = [0.2, 0.3, 0.2].map((rate) => ({ rate, mean: 1, secondMoment: 1 }));
    const waits = waitByPriority(classes);
    ['0.4375', '0.875', '2.333333'].forEach((shown, k) => digits(waits[k]!, shown));
    const fifo = waitMG1(0.7, 1, 1);
    digits(fifo, '1.166667');
    close(
      classes.reduce((sum, { rate }, k) => sum + rate * waits[k]!, 0),
      0.7 * fifo,
    );
  });

  test('slotted queues, vacations', () => {
    digits(geoGeo1(0.5, 0.8).slots, '1.666667');
    // Vacations of no length change nothing.
    expect(waitWithVacations(0.6, { mean: 1, secondMoment: 1 }, { mean: 1e-9, secondMoment: 1e-18 })).toBeCloseTo(waitMD1(0.6), 8);
  });

  test.skipIf(oracleFilesMissing)('the table of waits', () => {
    for (const row of oracleRows('mg1.csv')) {
      const load = row['rho'] as number;
      close(waitMD1(load), row['Wq_MD1(service=1)'] as number);
      close(waitMM1(load), row['Wq_MM1(service=1)'] as number);
      close(waitPersistentArq(load, 0.1), row['Wq_MG1_geometric_retx_PER0.1(slot=1)'] as number);
    }
  });
});

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
