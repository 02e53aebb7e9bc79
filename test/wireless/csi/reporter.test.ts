import { describe, expect, test } from 'vitest';
import { ClarkeFading } from '../../../wireless/channel/fading.ts';
import { estimationError } from '../../../wireless/csi/estimation-error.ts';
import { CsiReporter, type ReporterOptions } from '../../../wireless/csi/reporter.ts';
import { besselJ0 } from '../../../wireless/math/bessel.ts';
import { fromDb, toDb } from '../../../wireless/math/decibel.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import { runCell } from '../../../wireless/run.ts';
import type { CsiSpec } from '../../../sim/base/radio-spec.ts';
import { ONE_LINK } from '../../../wireless/validation/defaults.ts';

const MEAN_SNR = 10;

const reporter = (spec: Partial<CsiSpec>, options: Partial<ReporterOptions> = {}): CsiReporter =>
  new CsiReporter({
    spec: { ...ONE_LINK.csi, ...spec },
    meanSnr: MEAN_SNR,
    modes: 6,
    slotCorrelation: 1,
    gain: null,
    kalman: { dopplerHz: 5, slotS: 2e-3 },
    stream: new RandomStream(1, 'test-csi', 0),
    ...options,
  });

describe('a report', () => {
  test('comes `delaySlots` late; until the first one the mean stands for it', () => {
    const csi = reporter({ delaySlots: 2 });
    expect([1, 2, 3, 4, 5].map((snr) => csi.report(snr))).toEqual([MEAN_SNR, MEAN_SNR, 1, 2, 3]);
  });

  test('is made every `periodSlots` and held in between', () => {
    const csi = reporter({ periodSlots: 3 });
    expect([1, 2, 3, 4, 5, 6, 7].map((snr) => csi.report(snr))).toEqual([1, 1, 1, 4, 4, 4, 7]);
    const late = reporter({ periodSlots: 3, delaySlots: 1 });
    expect([1, 2, 3, 4, 5, 6, 7].map((snr) => late.report(snr))).toEqual([MEAN_SNR, 1, 1, 1, 4, 4, 4]);
  });

  test('of a quantiser is the nearest step in dB', () => {
    const csi = reporter({ quantiser: { stepDb: 3 } });
    expect([1, fromDb(1.4), fromDb(1.6), fromDb(-4.6)].map((snr) => Math.round(toDb(csi.report(snr))))).toEqual([0, 0, 3, -6]);
  });

  test('is garbled with its probability, into every other mode alike, and stays so until the next one', () => {
    const csi = reporter({ feedbackError: 0.3, periodSlots: 2 });
    const seen = new Float64Array(7);
    const reports = 20_000;
    for (let i = 0; i < reports; i++) {
      csi.report(5);
      const first = csi.garbled(4);
      csi.report(5);
      expect(csi.garbled(4)).toBe(first);
      seen[first]!++;
    }
    const deviation = Math.sqrt(0.3 * 0.7 * reports);
    expect(Math.abs(reports - seen[4]! - 0.3 * reports)).toBeLessThan(5 * deviation);
    for (const mode of [0, 1, 2, 3, 5, 6]) expect(Math.abs(seen[mode]! - 0.05 * reports)).toBeLessThan(5 * Math.sqrt(0.05 * reports));
  });
});

describe('the outer loop', () => {
  const olla = { on: true, bler: 0.1, upDb: 1, clampDb: 20 };

  test('raises its margin by a failure and lowers it by a ninth of that by an arrival, at a target of 0.1', () => {
    const csi = reporter({ olla });
    csi.onAnswers(0, 1);
    expect(csi.marginDb).toBe(1);
    expect(toDb(csi.report(10))).toBeCloseTo(9, 12);
    csi.onAnswers(9, 0);
    expect(csi.marginDb).toBeCloseTo(0, 12);
    for (let i = 0; i < 100; i++) csi.onAnswers(0, 1);
    expect(csi.marginDb).toBe(20);
  });

  test('draws the share of failures to its target, from thresholds that aim elsewhere', () => {
    const channel = { ...ONE_LINK.users[0]!.channel, correlation: 'clarke' as const, dopplerHz: 20, sinusoids: 16 };
    const failures = (on: boolean): number => {
      const { users } = runCell({
        ...ONE_LINK,
        arq: { ...ONE_LINK.arq, kind: 'persistent' },
        phy: { ...ONE_LINK.phy, perTarget: 1e-3 },
        csi: { ...ONE_LINK.csi, delaySlots: 1, olla: { ...olla, on, upDb: 0.1 } },
        users: [{ ...ONE_LINK.users[0]!, channel }],
        run: { warmupPs: 20e12, durationPs: 60e12, packets: null },
      });
      return users[0]!.failures / users[0]!.attempts;
    };
    expect(failures(false)).toBeLessThan(0.05);
    expect(Math.abs(failures(true) - 0.1)).toBeLessThan(0.01);
  });
});

describe('an estimator', () => {
  test.each(['ls', 'lmmse', 'kalman'] as const)('%s has the mean square error of its formula', (estimator) => {
    const [dopplerHz, slotS, pilots] = [5, 2e-3, 2];
    const spec = { ...ONE_LINK.csi, estimator, pilots };
    let [squares, power] = [0, 0];
    const channels = 3000;
    const stream = new RandomStream(5, 'test-pilots', 0);
    for (let c = 0; c < channels; c++) {
      const fading = new ClarkeFading(16, dopplerHz, slotS, 0, new RandomStream(5, 'test-gain', c));
      const slotCorrelation = besselJ0(2 * Math.PI * dopplerHz * slotS);
      // What is reported is meanSnr |estimate|^2: with the error of an unbiased estimate its mean is 1 + MSE, of an LMMSE one 1 - MSE.
      const csi = reporter(spec, { gain: fading, stream, slotCorrelation, kalman: { dopplerHz, slotS } });
      let report = 0;
      for (let slot = 0; slot < (estimator === 'kalman' ? 25 : 1); slot++) report = csi.report(fading.next() * MEAN_SNR);
      squares += report / MEAN_SNR;
      power += 1;
    }
    const error = estimationError(spec, MEAN_SNR, dopplerHz, slotS);
    const expected = estimator === 'ls' ? 1 + error : 1 - error;
    // A Clarke channel is smoother than the first-order filter takes it for.
    const tolerance = 5 / Math.sqrt(channels) + (estimator === 'kalman' ? 0.02 : 0);
    expect(Math.abs(squares / power - expected)).toBeLessThan(tolerance);
  });

  test('costs the data SNR, which is never below 0', () => {
    const [perfect, ls, lmmse] = (['perfect', 'ls', 'lmmse'] as const).map((estimator) => reporter({ estimator }, { meanSnr: 0.5 }));
    expect(perfect!.dataSnr(2)).toBe(2);
    // LS error 1 / 0.5 = 2: 2 / (1 + 4). LMMSE error 1 / 1.5: 2 (1 - 2/3) / (1 + 4/3).
    expect(ls!.dataSnr(2)).toBeCloseTo(0.4, 12);
    expect(lmmse!.dataSnr(2)).toBeCloseTo(2 / 7, 12);
  });
});
