import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../sim/base/errors.ts';
import type { HpccSpec } from '../../sim/base/transport-spec.ts';
import { Hpcc } from '../../sim/transport/hpcc.ts';
import { STAMP_QUEUE_BYTES, STAMP_TIME_PS, STAMP_TX_BYTES, type Telemetry } from '../../sim/transport/telemetry.ts';
import { BASE_RTT_PS, BDP_BYTES, COMMON, Driver, FULL_BYTES, LINE_BPS, controlContext } from './control-harness.ts';

const PAPER: HpccSpec = { kind: 'hpcc', eta: 0.95, maxStage: 5, additiveIncreaseBps: null, minWindowBytes: null, ...COMMON };
/** 160 Mb/s times T, in bytes. */
const INCREASE = (160e6 * BASE_RTT_PS) / 8e12;

interface Stamp {
  readonly link?: number;
  readonly timePs: number;
  readonly txBytes: number;
  readonly queueBytes?: number;
}

class Stamps implements Telemetry {
  stamps: readonly Stamp[] = [];

  hops(): number {
    return this.stamps.length;
  }

  link(_address: number, hop: number): number {
    return this.stamps[hop]!.link ?? hop;
  }

  read(_address: number, hop: number, into: Float64Array): void {
    into[STAMP_TIME_PS] = this.stamps[hop]!.timePs;
    into[STAMP_TX_BYTES] = this.stamps[hop]!.txBytes;
    into[STAMP_QUEUE_BYTES] = this.stamps[hop]!.queueBytes ?? 0;
  }
}

class HpccDriver extends Driver<Hpcc> {
  readonly #stamps = new Stamps();

  stamped(stamps: readonly Stamp[], una: number, next: number): void {
    this.#stamps.stamps = stamps;
    this.control.onTelemetry(this.flow, this.#stamps, 0);
    this.ack({ nowPs: 0, una, next });
  }
}

const driver = (spec: Partial<HpccSpec> = {}): HpccDriver => {
  const context = controlContext();
  return new HpccDriver(new Hpcc({ ...PAPER, ...spec }, context), context);
};

/** A stamp at `timePs` of a port that has been busy for `share` of the time. */
const busy = (timePs: number, share: number, queueBytes = 0): Stamp => ({
  timePs,
  txBytes: (share * timePs * LINE_BPS) / 8e12,
  queueBytes,
});

describe('hpcc', () => {
  test('starts with the bandwidth-delay product, at line rate', () => {
    expect(driver().windowBytes).toBe(BDP_BYTES);
    expect(driver().rateBps).toBe(LINE_BPS);
  });

  test('the first stamps are stored only', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1)], 1, 53);
    expect(flow.windowBytes).toBe(BDP_BYTES);
  });

  test('a full hop without queue: a window of eta / U, plus the increase', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1)], 1, 53);
    flow.stamped([busy(1e6 + BASE_RTT_PS, 1)], 54, 100);
    expect(flow.windowBytes).toBeCloseTo(BDP_BYTES * 0.95 + INCREASE, 6);
    expect(flow.rateBps).toBeCloseTo((flow.windowBytes * 8e12) / BASE_RTT_PS, 0);
  });

  test('the smaller of two queues counts, as a share of the bandwidth-delay product', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1, BDP_BYTES / 2)], 1, 53);
    flow.stamped([busy(1e6 + BASE_RTT_PS, 1, BDP_BYTES)], 54, 100);
    expect(flow.windowBytes).toBeCloseTo((BDP_BYTES * 0.95) / 1.5 + INCREASE, 6);
  });

  test('the fullest hop decides, with its own rate', () => {
    const flow = driver();
    const stamps = (timePs: number): Stamp[] => [
      { ...busy(timePs, 0.4), link: 0 },
      { ...busy(timePs, 0.5), link: 3 },
    ];
    flow.stamped(stamps(1e6), 1, 53);
    flow.stamped(stamps(1e6 + BASE_RTT_PS), 54, 100);
    // Link 3 has half the rate.
    expect(flow.windowBytes).toBeCloseTo(BDP_BYTES * 0.95 + INCREASE, 6);
  });

  test('a measurement over less than T weighs as much less', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1, BDP_BYTES)], 1, 53);
    const laterPs = 1e6 + BASE_RTT_PS / 4;
    flow.stamped([busy(laterPs, 1, BDP_BYTES)], 54, 100);
    // U = 3/4 x 1 + 1/4 x 2.
    expect(flow.windowBytes).toBeCloseTo((BDP_BYTES * 0.95) / 1.25 + INCREASE, 6);
  });

  test('within a round every ACK starts from the same reference window', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1, BDP_BYTES)], 1, 53);
    for (const rtts of [1, 2, 3]) flow.stamped([busy(1e6 + rtts * BASE_RTT_PS, 1, BDP_BYTES)], 10 * rtts, 60);
    expect(flow.windowBytes).toBeCloseTo((BDP_BYTES * 0.95) / 2 + INCREASE, 6);
    // The round ends, then the reference moves.
    flow.stamped([busy(1e6 + 4 * BASE_RTT_PS, 1, BDP_BYTES)], 54, 60);
    const reference = flow.windowBytes;
    expect(reference).toBeCloseTo((BDP_BYTES * 0.95) / 2 + INCREASE, 6);
    flow.stamped([busy(1e6 + 5 * BASE_RTT_PS, 1, BDP_BYTES)], 55, 61);
    expect(flow.windowBytes).toBeCloseTo((reference * 0.95) / 2 + INCREASE, 6);
  });

  test('below eta the window rises additively for maxStage rounds, then multiplicatively', () => {
    const flow = driver({ maxStage: 2 });
    const full = (timePs: number): Stamp => ({ timePs, txBytes: timePs / 20, queueBytes: 3 * BDP_BYTES });
    flow.stamped([full(1e6)], 1, 10);
    flow.stamped([full(1e6 + BASE_RTT_PS)], 11, 20); // U = 4
    const low = flow.windowBytes;
    expect(low).toBeCloseTo((BDP_BYTES * 0.95) / 4 + INCREASE, 6);
    let timePs = 1e6 + BASE_RTT_PS;
    const txBytes = timePs / 20;
    const idle = (una: number): number => {
      timePs += BASE_RTT_PS;
      const sent = txBytes + (timePs - 1e6 - BASE_RTT_PS) / 40; // half of the line rate
      flow.stamped([{ timePs, txBytes: sent }], una, una + 5);
      return flow.windowBytes;
    };
    expect(idle(21)).toBeCloseTo(low + INCREASE, 6);
    expect(idle(27)).toBeCloseTo(low + 2 * INCREASE, 6);
    expect(idle(33)).toBeCloseTo((low + 2 * INCREASE) / (0.5 / 0.95) + INCREASE, 6);
  });

  test('a changed path, and stamps older than those stored, move nothing', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1, BDP_BYTES)], 1, 53);
    flow.stamped([{ ...busy(9e6, 1, BDP_BYTES), link: 2 }], 54, 100);
    expect(flow.windowBytes).toBe(BDP_BYTES);
    flow.stamped([{ ...busy(8e6, 1, BDP_BYTES), link: 2 }], 101, 150);
    expect(flow.windowBytes).toBe(BDP_BYTES);
    flow.stamped([{ ...busy(9e6 + BASE_RTT_PS, 1, BDP_BYTES), link: 2 }], 102, 151);
    expect(flow.windowBytes).toBeLessThan(BDP_BYTES);
  });

  test('a trimmed packet halves the window, and the reference, at most once a window of data', () => {
    const flow = driver();
    flow.nack({ nowPs: 1, next: 53 });
    flow.nack({ nowPs: 2, next: 60 });
    expect(flow.windowBytes).toBe(BDP_BYTES / 2);
    expect(flow.rateBps).toBe(LINE_BPS / 2);
    flow.ack({ nowPs: 3, una: 53, next: 60 });
    flow.nack({ nowPs: 4, next: 60 });
    expect(flow.windowBytes).toBe(BDP_BYTES / 4);
    flow.stamped([busy(1e6, 1)], 54, 60);
    flow.stamped([busy(1e6 + BASE_RTT_PS, 1)], 55, 61);
    expect(flow.windowBytes).toBeCloseTo((BDP_BYTES / 4) * 0.95 + INCREASE, 6);
  });

  test('answers without stamps, losses and timeouts move nothing', () => {
    const flow = driver();
    flow.stamped([busy(1e6, 1, BDP_BYTES)], 1, 53);
    flow.stamped([busy(1e6 + BASE_RTT_PS, 1, BDP_BYTES)], 54, 100);
    const window = flow.windowBytes;
    flow.ack({ nowPs: 1, una: 200, next: 250 });
    flow.loss(3);
    flow.timeout(4);
    expect(flow.windowBytes).toBe(window);
  });

  test('more stamps than a path has switches are an internal error', () => {
    const stamps = Array.from({ length: 4 }, () => busy(1, 1));
    expect(() => driver().stamped(stamps, 1, 2)).toThrow(InternalError);
  });

  test('the window stays between a packet and the bandwidth-delay product', () => {
    const hop = fc.record({
      gapPs: fc.integer({ min: 1, max: 2 * BASE_RTT_PS }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      queueBytes: fc.integer({ min: 0, max: 20 * BDP_BYTES }),
    });
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 40 }), fc.integer({ min: 0, max: 5 }), (hops, maxStage) => {
        const flow = driver({ maxStage });
        let timePs = 0;
        let txBytes = 0;
        hops.forEach(({ gapPs, share, queueBytes }, i) => {
          timePs += gapPs;
          txBytes += (share * gapPs * LINE_BPS) / 8e12;
          flow.stamped([{ timePs, txBytes, queueBytes }], 3 * i + 1, 3 * i + 2);
          expect(flow.windowBytes).toBeGreaterThanOrEqual(FULL_BYTES);
          expect(flow.windowBytes).toBeLessThanOrEqual(BDP_BYTES);
          expect(flow.rateBps).toBeGreaterThan(0);
          expect(flow.rateBps).toBeLessThanOrEqual(LINE_BPS);
        });
      }),
      { numRuns: 200 },
    );
  });
});
