import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { fromDb } from '../../wireless/math/decibel.ts';
import { amcArq, amcArqForLoss } from '../../wireless/oracles/amc-arq.ts';
import { bpskAwgn, qamAwgn } from '../../wireless/oracles/bit-error-rate.ts';
import {
  instantaneousThresholds,
  meanPerInside,
  meanThresholds,
  modeProbabilities,
  selectMode,
  targetPer,
} from '../../wireless/phy/amc.ts';
import { MODE_TABLES, packetErrorRate } from '../../wireless/phy/modes.ts';
import { buildCell, runCell } from '../../wireless/run.ts';
import { simulateWireless } from '../../wireless/result.ts';
import { ONE_LINK } from '../../wireless/validation/defaults.ts';
import { close, SNR_15_DB, TM2 } from './closed-form.ts';

const THRESHOLDS = instantaneousThresholds(TM2, targetPer(0.01, 2));
const LINK = amcArq(TM2, THRESHOLDS, SNR_15_DB, 1, 2);

describe('traps', () => {
  test('N_r counts retransmissions: the target of an attempt is the loss to the power 1 / (N_r + 1)', () => {
    expect(targetPer(0.01, 0)).toBe(0.01);
    close(targetPer(0.01, 1), 0.1);
    close(targetPer(1e-6, 2), 0.01);
  });

  test('mode 0 carries nothing: it takes time and gives no packets to the average', () => {
    expect(selectMode(THRESHOLDS, THRESHOLDS[1]! * 0.999)).toBe(0);
    expect(selectMode(THRESHOLDS, THRESHOLDS[1]!)).toBe(1);
    const low = amcArq(TM2, THRESHOLDS, fromDb(-5), 1, 2);
    expect(low.modeProbabilities[0]).toBeGreaterThan(0.5);
    expect(low.per).toBeLessThan(targetPer(0.01, 2));
  });

  test('error rates are weighted by rate, not by time: a simulated link has 0.0362 at 15 dB, not 0.0345', () => {
    const probabilities = modeProbabilities(THRESHOLDS, SNR_15_DB, 1);
    const inside = TM2.map((phy, n) => meanPerInside(phy, THRESHOLDS[n + 1]!, THRESHOLDS[n + 2]!, SNR_15_DB, 1));
    const byTime = inside.reduce((sum, per, n) => sum + per * probabilities[n + 1]!, 0) / (1 - probabilities[0]!);
    expect(byTime).toBeCloseTo(0.0345, 4);
    expect(LINK.per).toBeCloseTo(0.0362, 4);
    const { attempts, failures } = runCell({ ...ONE_LINK, run: { warmupPs: 0, durationPs: 200e12, packets: null } }).users[0]!;
    // Some 1e6 attempts in 1e5 slots: slots are what is independent.
    expect(Math.abs(failures / attempts - LINK.per)).toBeLessThan(0.0006);
  });

  test('spectral efficiency is not goodput: it counts what was given up', () => {
    const noArq = amcArqForLoss(TM2, 15, 1, 0, 0.3);
    close(noArq.spectralEfficiency, noArq.rawRate);
    expect(noArq.goodput).toBeLessThan(noArq.spectralEfficiency * 0.99);
    const scenario = { ...ONE_LINK, arq: { ...ONE_LINK.arq, maxRetransmissions: 0 }, phy: { ...ONE_LINK.phy, perTarget: 0.3 } };
    const { spectral_efficiency, goodput_bps, residual_loss } = simulateWireless(scenario);
    const carried = ((spectral_efficiency as number) * 4 * 1080) / 2e-3;
    expect(carried * (1 - (residual_loss as number))).toBeCloseTo(goodput_bps as number, 3);
    expect(carried).toBeGreaterThan((goodput_bps as number) * 1.02);
  });

  test('the residual loss is not the loss target: far below at high SNR', () => {
    expect(LINK.residualLoss).toBeCloseTo(4.7e-5, 6);
    for (const db of [0, 10, 20, 30])
      for (const n of [0, 1, 2, 3, 5]) expect(amcArqForLoss(TM2, db, 1, n, 0.01).residualLoss).toBeLessThan(0.01);
  });

  test('spectral efficiency saturates at the top rate', () => {
    for (const table of ['TM1', 'TM2', 'TM2Q'] as const) {
      const top = MODE_TABLES[table].at(-1)!.bitsPerSymbol;
      for (const db of [0, 20, 40, 60, 80])
        expect(amcArqForLoss(MODE_TABLES[table], db, 1, 1, 0.01).spectralEfficiency).toBeLessThanOrEqual(top);
      expect(amcArqForLoss(MODE_TABLES[table], 80, 1, 1, 0.01).spectralEfficiency).toBeGreaterThan(0.999 * top);
    }
  });

  test('rules A and B are two: B has the mean inside a mode at the target, A the worst', () => {
    const [a, b] = [instantaneousThresholds(TM2, 0.01), meanThresholds(TM2, 0.01, SNR_15_DB, 1)];
    TM2.forEach((phy, n) => {
      expect(packetErrorRate(phy, a[n + 1]! * 1.000001)).toBeLessThanOrEqual(0.01);
      expect(b[n + 1]!).toBeLessThan(a[n + 1]!);
      const [low, high] = [b[n + 1]!, b[n + 2]!];
      if (low > phy.thresholdSnr) expect(meanPerInside(phy, low, high, SNR_15_DB, 1)).toBeCloseTo(0.01, 10);
    });
  });

  test('SNR is per symbol: QPSK at Es/N0 has the bit error rate of BPSK at half of it', () => {
    close(qamAwgn(10, 2), bpskAwgn(5));
  });

  test('error rates fall with SNR, stay probabilities, and jump to 1 below the threshold of the fit', () => {
    for (const phy of [...TM2, ...MODE_TABLES.TM1]) {
      let before = 1;
      for (let db = -10; db <= 40; db += 0.25) {
        const per = packetErrorRate(phy, fromDb(db));
        expect(per).toBeGreaterThanOrEqual(0);
        expect(per).toBeLessThanOrEqual(before);
        before = per;
      }
      expect(packetErrorRate(phy, phy.thresholdSnr * 0.999)).toBe(1);
    }
  });

  test('a slot carries whole packets: 2.25 bits a symbol times 2 is refused', () => {
    expect(() => buildCell({ ...ONE_LINK, slot: { ...ONE_LINK.slot, packetsPerSlot: 2 } })).toThrow(ConfigError);
    expect(() =>
      buildCell({ ...ONE_LINK, slot: { ...ONE_LINK.slot, packetsPerSlot: 2 }, phy: { ...ONE_LINK.phy, table: 'TM2Q' } }),
    ).not.toThrow();
  });
});
