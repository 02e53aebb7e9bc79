import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NsccSpec } from '../../sim/base/transport-spec.ts';
import { nsccConstants } from '../../sim/transport/nscc-constants.ts';
import { Nscc } from '../../sim/transport/nscc.ts';
import { BASE_RTT_PS, BDP_BYTES, COMMON, Driver, FULL_BYTES, LINE_BPS, PAYLOAD_BYTES, controlContext } from './control-harness.ts';

const US = 1e6;

const UEC: NsccSpec = {
  kind: 'nscc',
  referenceBdpBytes: 150_000,
  referenceRttPs: 12 * US,
  targetDelayPs: null,
  proportional: 4,
  fairIncrease: 5,
  eta: 0.15,
  fastIncrease: 0.25,
  fastDelayPs: US,
  gamma: 0.8,
  maxDecrease: 0.5,
  averageWeight: 0.0125,
  adjustSizeBytes: null,
  adjustTimePs: null,
  quickAdaptDelayPs: null,
  quickAdaptGate: 3,
  maxWindowBytes: null,
  minWindowBytes: null,
  median: 1,
  credit: null,
  ...COMMON,
};

const NETWORK = { baseRttPs: BASE_RTT_PS, lineRateBps: LINE_BPS, fullBytes: FULL_BYTES, payloadBytes: PAYLOAD_BYTES, trims: true };
const CONSTANTS = nsccConstants(UEC, NETWORK);
const Q = 3_253_440;
const MAX = 325_344;

describe('the network constants of nscc', () => {
  test('at 400 Gb/s, a base round-trip time of 4.33792 us and 4160 B packets, with trimming', () => {
    expect(CONSTANTS.bdpBytes).toBe(216_896);
    expect(CONSTANTS.scale).toBeCloseTo(1.445_97, 5);
    expect(CONSTANTS.targetDelayPs).toBe(3_253_440);
    expect(CONSTANTS.targetDelayPs / 12).toBe(0.271_12 * US);
    expect(CONSTANTS.proportionalBytesPerPs * US).toBeCloseTo(1974.24, 2);
    expect(CONSTANTS.fairIncreaseBytes).toBeCloseTo(29_613.5, 1);
    expect(CONSTANTS.etaBytes).toBeCloseTo(888.4, 1);
    expect(CONSTANTS.fastIncrease).toBeCloseTo(0.361_49, 5);
    expect(CONSTANTS.adjustSizeBytes).toBe(33_280);
    expect(CONSTANTS.adjustTimePs).toBe(4_337_920);
    expect(CONSTANTS.quickAdaptDelayPs).toBe(13_013_760);
    expect(CONSTANTS.quickAdaptGateBytes).toBe(40_668);
    expect(CONSTANTS.maxWindowBytes).toBe(325_344);
    expect(CONSTANTS.minWindowBytes).toBe(4160);
    expect([UEC.gamma, UEC.maxDecrease, UEC.averageWeight]).toEqual([0.8, 0.5, 0.0125]);
  });

  test('without trimming the target delay is the base round-trip time', () => {
    expect(nsccConstants(UEC, { ...NETWORK, trims: false }).targetDelayPs).toBe(BASE_RTT_PS);
  });
});

const driver = (spec: Partial<NsccSpec> = {}, context = controlContext()): Driver<Nscc> =>
  new Driver(new Nscc({ ...UEC, ...spec }, context), context);
/** A start of the clock at which no period of the start-up is over at once. */
const T0 = 100 * US;

/** Far from quick adapt and from the next adjustment: one ACK opens both periods. */
function opened(spec: Partial<NsccSpec> = {}, context = controlContext()): Driver<Nscc> {
  const flow = driver(spec, context);
  // Marked, below the target: nothing but the adjustment, which the largest window caps.
  flow.ack({ nowPs: T0, rttPs: BASE_RTT_PS, marked: true, newly: 0 });
  return flow;
}

describe('nscc', () => {
  test('starts with its largest window, at line rate', () => {
    expect(driver().windowBytes).toBe(MAX);
    expect(driver().control.rateBps).toBeNull();
  });

  test('unmarked and above the target: fair increase, applied after 8 packets', () => {
    const flow = opened();
    flow.timeout(T0, 200_000);
    const window = MAX - 200_000;
    for (let i = 1; i <= 8; i++) flow.ack({ nowPs: T0 + i, rttPs: BASE_RTT_PS + Q });
    expect(flow.windowBytes).toBe(window);
    flow.ack({ nowPs: T0 + 9, rttPs: BASE_RTT_PS + Q });
    expect(flow.windowBytes).toBeCloseTo(window + (CONSTANTS.fairIncreaseBytes * 9 * FULL_BYTES) / window, 6);
  });

  test('unmarked and below the target: proportional to what is missing, with eta after the adjustment time', () => {
    const flow = opened();
    flow.timeout(T0, 200_000);
    const window = MAX - 200_000;
    flow.ack({ nowPs: T0 + BASE_RTT_PS, rttPs: BASE_RTT_PS + 2 * US });
    expect(flow.windowBytes).toBe(window);
    flow.ack({ nowPs: T0 + BASE_RTT_PS + 1, rttPs: BASE_RTT_PS + 2 * US });
    // 1974.24 B/us x (3.25344 - 2) us, twice 4160 B over the window, and 888.4 B.
    const proportional = (CONSTANTS.proportionalBytesPerPs * 2 * FULL_BYTES * (Q - 2 * US)) / window;
    expect(flow.windowBytes).toBeCloseTo(window + proportional + CONSTANTS.etaBytes, 6);
    expect(proportional).toBeCloseTo((1974.24 * 1.253_44 * 8320) / window, 1);
  });

  test('a window of ACKs over empty queues starts fast increase; a queue ends it', () => {
    const flow = opened();
    flow.timeout(T0, MAX - 10_000);
    expect(flow.windowBytes).toBe(10_000);
    flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS, newly: 10_000 });
    expect(flow.windowBytes).toBe(10_000);
    flow.ack({ nowPs: T0 + 2, rttPs: BASE_RTT_PS, newly: 100 });
    expect(flow.windowBytes).toBeCloseTo(10_000 + 100 * CONSTANTS.fastIncrease, 9);
    flow.ack({ nowPs: T0 + 3, rttPs: BASE_RTT_PS, newly: 1000 });
    const fast = 10_000 + 1100 * CONSTANTS.fastIncrease;
    expect(flow.windowBytes).toBeCloseTo(fast, 9);
    flow.ack({ nowPs: T0 + 4, rttPs: BASE_RTT_PS + US, newly: 100 });
    flow.ack({ nowPs: T0 + 5, rttPs: BASE_RTT_PS, newly: 100 });
    expect(flow.windowBytes).toBeCloseTo(fast, 9);
  });

  test('marked and below the target: nothing', () => {
    const flow = opened();
    flow.timeout(T0, 100_000);
    for (let i = 1; i <= 7; i++) flow.ack({ nowPs: T0 + i, rttPs: BASE_RTT_PS + Q - 1, marked: true });
    expect(flow.windowBytes).toBe(MAX - 100_000);
  });

  test('marked and above the target: a decrease by the average delay, once a round-trip time', () => {
    const flow = opened({ averageWeight: 1 });
    flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS + 2 * Q, marked: true });
    const once = MAX * (1 - 0.8 / 2);
    expect(flow.windowBytes).toBeCloseTo(once, 6);
    flow.ack({ nowPs: T0 + 1 + BASE_RTT_PS, rttPs: BASE_RTT_PS + 2 * Q, marked: true, newly: 0 });
    // Only the adjustment: eta.
    expect(flow.windowBytes).toBeCloseTo(once + CONSTANTS.etaBytes, 6);
    flow.ack({ nowPs: T0 + 2 + BASE_RTT_PS, rttPs: BASE_RTT_PS + 2 * Q, marked: true, newly: 0 });
    expect(flow.windowBytes).toBeCloseTo((once + CONSTANTS.etaBytes) * 0.6, 6);
  });

  test('one decrease takes at most half', () => {
    const flow = opened({ averageWeight: 1, quickAdaptDelayPs: 1e9 });
    flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS + 10 * Q, marked: true });
    expect(flow.windowBytes).toBe(MAX / 2);
  });

  test('a small average holds the decrease back; long delays without a mark count as a quarter of the round-trip time', () => {
    const flow = opened();
    flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS + 2 * Q, marked: true });
    expect(flow.windowBytes).toBe(MAX);
    const average = opened({ averageWeight: 0.5 });
    average.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS + 100 * Q, newly: 0 });
    // avg = T / 8; marked without a sample: d = avg < Q, so nothing.
    average.ack({ nowPs: T0 + 2, marked: true });
    expect(average.windowBytes).toBe(MAX);
  });

  test('a smaller sample lowers the base round-trip time, and with it the largest window', () => {
    const flow = opened();
    flow.ack({ nowPs: T0 + 1, rttPs: 2_168_960, marked: true });
    expect(flow.windowBytes).toBe(1.5 * 108_448);
    const constant = opened({ maxWindowBytes: 100_000 });
    constant.ack({ nowPs: T0 + 1, rttPs: 2_168_960, marked: true });
    expect(constant.windowBytes).toBe(100_000);
  });

  test('a NACK takes its bytes; one of the last hop does not where receivers grant credit', () => {
    const flow = opened();
    flow.nack({ nowPs: T0 + 1 });
    expect(flow.windowBytes).toBe(MAX - FULL_BYTES);
    flow.nack({ nowPs: T0 + 2, isLastHop: true });
    expect(flow.windowBytes).toBe(MAX - 2 * FULL_BYTES);
    const credit = opened({}, controlContext({ hasReceiverCredit: true }));
    credit.nack({ nowPs: T0 + 1, isLastHop: true });
    expect(credit.windowBytes).toBe(MAX);
    credit.nack({ nowPs: T0 + 2 });
    expect(credit.windowBytes).toBe(MAX - FULL_BYTES);
  });

  describe('quick adapt', () => {
    /** The first period of `opened` ends after this. */
    const END = T0 + BASE_RTT_PS + Q;

    test('at the end of a period with a trim falls to what was achieved, and ignores marked answers to what was in flight', () => {
      const flow = opened();
      flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS, marked: true, newly: 20_000 });
      flow.nack({ nowPs: END + 1, inFlight: 30_000 });
      expect(flow.windowBytes).toBe(20_000);
      // Ignored: neither a NACK nor a mark moves the window until 30,000 B have been answered.
      flow.nack({ nowPs: END + 2, bytes: 10_000 });
      flow.nack({ nowPs: END + 3, bytes: 10_000 });
      expect(flow.windowBytes).toBe(20_000);
      flow.nack({ nowPs: END + 4, bytes: 10_000 });
      expect(flow.windowBytes).toBe(10_000);
    });

    test('waits for the end of the period', () => {
      const flow = opened();
      flow.nack({ nowPs: END });
      expect(flow.windowBytes).toBe(MAX - FULL_BYTES);
    });

    test('does not act when an eighth of the largest window or more was achieved', () => {
      const flow = opened();
      flow.ack({ nowPs: T0 + 1, rttPs: BASE_RTT_PS, marked: true, newly: MAX / 8 });
      flow.nack({ nowPs: END + 1 });
      expect(flow.windowBytes).toBe(MAX - FULL_BYTES);
    });

    test('acts on a delay of more than 4 Q alone, and on a loss noted before', () => {
      const late = opened();
      late.ack({ nowPs: END + 1, rttPs: BASE_RTT_PS + 4 * Q + 1, newly: 8000 });
      expect(late.windowBytes).toBe(8000);
      const notLate = opened();
      notLate.ack({ nowPs: END + 1, rttPs: BASE_RTT_PS + 4 * Q, newly: 8000 });
      expect(notLate.windowBytes).toBe(MAX);
      const lost = opened();
      lost.loss(T0 + 2);
      lost.ack({ nowPs: END + 1, rttPs: BASE_RTT_PS, newly: 8000 });
      expect(lost.windowBytes).toBe(8000);
    });

    test('never falls below the smallest window', () => {
      const flow = opened();
      flow.nack({ nowPs: END + 1 });
      expect(flow.windowBytes).toBe(FULL_BYTES);
    });
  });

  test('the timeout of a packet takes its size, that of all goes to the smallest window', () => {
    const flow = driver();
    flow.timeout(1, FULL_BYTES);
    expect(flow.windowBytes).toBe(MAX - FULL_BYTES);
    flow.timeout(2, 0);
    expect(flow.windowBytes).toBe(FULL_BYTES);
  });

  test('the median form ignores a minority of long delays', () => {
    const run = (median: number): number => {
      const flow = opened({ median, averageWeight: 1, quickAdaptDelayPs: 1e12 });
      for (let i = 1; i <= 30; i++) {
        const isLong = i % 3 === 0;
        flow.ack({ nowPs: T0 + i * 5 * US, rttPs: BASE_RTT_PS + (isLong ? 3 * Q : 0), marked: true });
      }
      return flow.windowBytes;
    };
    expect(run(1)).toBeLessThan(MAX / 4);
    expect(run(15)).toBe(MAX);
  });

  test('the window stays between a packet and the largest window of the flow', () => {
    const answer = fc.record({
      gapPs: fc.integer({ min: 1, max: 10 * US }),
      rttPs: fc.oneof(fc.constant(-1), fc.integer({ min: 1 * US, max: 40 * US })),
      newly: fc.integer({ min: 0, max: 40_000 }),
      inFlight: fc.integer({ min: -10_000, max: 400_000 }),
      marked: fc.boolean(),
      what: fc.constantFrom('ack', 'ack', 'ack', 'ack', 'nack', 'loss', 'timeout'),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 100 }), fc.constantFrom(1, 15), (answers, median) => {
        const flow = driver({ median });
        let nowPs = 0;
        for (const { gapPs, what, ...rest } of answers) {
          nowPs += gapPs;
          if (what === 'ack') flow.ack({ nowPs, ...rest });
          else if (what === 'nack') flow.nack({ nowPs, rttPs: rest.rttPs, inFlight: rest.inFlight });
          else if (what === 'loss') flow.loss(nowPs);
          else flow.timeout(nowPs, rest.newly);
          expect(flow.windowBytes).toBeGreaterThanOrEqual(FULL_BYTES);
          expect(flow.windowBytes).toBeLessThanOrEqual(1.5 * BDP_BYTES);
        }
      }),
      { numRuns: 300 },
    );
  });
});
