import { doubles } from '../../sim/engine/arena.ts';
import { describe, expect, test } from 'vitest';
import type { DctcpSpec, DctcpUecSpec } from '../../sim/base/transport-spec.ts';
import { DctcpRate } from '../../sim/transport/dctcp-rate.ts';
import { Dctcp } from '../../sim/transport/dctcp.ts';
import { DctcpUec } from '../../sim/transport/dctcp-uec.ts';
import { BDP_BYTES, COMMON, Driver, FULL_BYTES, LINE_BPS, controlContext } from './control-harness.ts';

const DCTCP: DctcpSpec = { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, ...COMMON };

describe('dctcp', () => {
  const driver = (): Driver<Dctcp> => {
    const context = controlContext();
    return new Driver(new Dctcp(DCTCP, context), context);
  };

  test('a trimmed packet halves the window, at most once a window of data', () => {
    const flow = driver();
    const start = 53 * FULL_BYTES;
    flow.nack({ nowPs: 1, next: 100 });
    expect(flow.windowBytes).toBe(start / 2);
    flow.nack({ nowPs: 2, next: 120 });
    expect(flow.windowBytes).toBe(start / 2);
    flow.ack({ nowPs: 3, una: 99, next: 120 });
    flow.nack({ nowPs: 4, next: 120 });
    expect(flow.windowBytes).toBe(start / 2);
    flow.ack({ nowPs: 5, una: 100, next: 121, newly: 0 });
    flow.nack({ nowPs: 6, next: 121 });
    expect(flow.windowBytes).toBe(start / 4);
  });
});

describe('dctcp-rate', () => {
  test('a trimmed packet leaves the rate alone', () => {
    const context = controlContext();
    const spec = { kind: 'dctcp-rate', g: 1 / 256, additiveIncreaseBps: 1e9, minRateBps: 1e8, ...COMMON } as const;
    const flow = new Driver(new DctcpRate(spec, context), context);
    flow.nack({ nowPs: 1, next: 10 });
    expect(flow.rateBps).toBe(LINE_BPS);
  });
});

const UEC: DctcpUecSpec = {
  kind: 'dctcp-uec',
  initialWindowBytes: null,
  minWindowBytes: null,
  maxWindowBytes: null,
  decrease: 1 / 3,
  ...COMMON,
};

describe('dctcp-uec', () => {
  const driver = (spec: Partial<DctcpUecSpec> = {}): Driver<DctcpUec> => {
    const context = controlContext();
    return new Driver(new DctcpUec({ ...UEC, ...spec }, context), context);
  };

  test('starts at its largest window, 1.5 BDP', () => {
    expect(driver().windowBytes).toBe(1.5 * BDP_BYTES);
  });

  test('an unmarked ACK adds its share of a packet, a marked one takes a third of what it acknowledges', () => {
    const flow = driver({ initialWindowBytes: 41_600 });
    flow.ack({ nowPs: 1, newly: 8320 });
    expect(flow.windowBytes).toBe(41_600 + 832);
    flow.ack({ nowPs: 2, newly: 6240, marked: true });
    expect(flow.windowBytes).toBe(42_432 - 2080);
  });

  test('a trimmed packet takes its size, a lost one a full packet; never below the smallest window', () => {
    const flow = driver({ initialWindowBytes: 10_000 });
    flow.nack({ nowPs: 1, bytes: 1000 });
    expect(flow.windowBytes).toBe(9000);
    flow.loss(2);
    expect(flow.windowBytes).toBe(9000 - FULL_BYTES);
    flow.nack({ nowPs: 3 });
    expect(flow.windowBytes).toBe(FULL_BYTES);
  });

  test('the timeout of a packet takes its size, that of all goes to the smallest window', () => {
    const flow = driver({ initialWindowBytes: 20_000 });
    flow.timeout(1, 2000);
    expect(flow.windowBytes).toBe(18_000);
    flow.timeout(2, 0);
    expect(flow.windowBytes).toBe(FULL_BYTES);
  });

  test('never exceeds the largest window', () => {
    const flow = driver({ maxWindowBytes: 50_000 });
    expect(flow.windowBytes).toBe(50_000);
    flow.ack({ nowPs: 1 });
    expect(flow.windowBytes).toBe(50_000);
  });

  test('flows do not share their windows', () => {
    const flow = driver({ initialWindowBytes: 20_000 });
    flow.ack({ nowPs: 1, marked: true });
    expect(doubles[flow.control.windowAt]).toBe(20_000);
  });
});
