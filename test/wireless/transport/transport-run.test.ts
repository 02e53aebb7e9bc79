import { describe, expect, test } from 'vitest';
import type { PathSpec, WirelessTransportSpec } from '../../../wireless/scenario.ts';
import { EventQueue } from '../../../wireless/transport/event-queue.ts';
import { aimdRateBytesPerS, tfrcRateBytesPerS } from '../../../wireless/transport/tfrc-equation.ts';
import { runTransport, type TransportCounts } from '../../../wireless/transport/transport-run.ts';

const PATH: PathSpec = {
  rateBps: 5e6,
  queuePackets: 50,
  delayPs: 50e9,
  crossTraffic: 0,
  wirelessLoss: 0,
  wireless: 'last-hop',
  competingTcp: false,
};
const SECONDS = 120;

function run(transport: Partial<WirelessTransportSpec>, path: Partial<PathSpec>, warmupS = 20, seconds = SECONDS): TransportCounts {
  const spec = {
    kind: 'tfrc' as const,
    segmentBytes: 1460,
    lossClassifier: 'blind' as const,
    zigzag: [-1, -0.5, 0, -0.5] as const,
    ...transport,
  };
  return runTransport({ transport: spec, path: { ...PATH, ...path }, seed: 1, warmupPs: warmupS * 1e12, durationPs: seconds * 1e12 });
}
const rateBps = ({ flow }: TransportCounts, seconds = SECONDS): number => (flow.deliveredBytes * 8) / seconds;

test('events come in the order of their times, equal ones in that of being put in', () => {
  const events = new EventQueue();
  const seen: string[] = [];
  for (const [at, name] of [
    [5, 'c'],
    [3, 'a'],
    [5, 'd'],
    [4, 'b'],
    [9, 'never'],
  ] as const) {
    events.at(at, () => seen.push(name));
  }
  events.at(3, () => events.after(1, () => seen.push('b2')));
  events.runUntil(8);
  expect(seen.join(' ')).toBe('a b b2 c d');
  expect(events.nowPs).toBe(8);
});

describe('every packet', () => {
  test.each([
    ['tfrc', { kind: 'tfrc' }],
    ['reno', { kind: 'reno' }],
    ['veno', { kind: 'veno' }],
    ['westwood', { kind: 'westwood' }],
  ] as const)('of %s is delivered, lost with a cause, or under way', (_, transport) => {
    const { flow } = run(transport, { wirelessLoss: 0.01, crossTraffic: 0.7, queuePackets: 10 }, 0, 60);
    const underWay = flow.sentPackets - flow.deliveredBytes / 1460 - flow.congestionLosses - flow.wirelessLosses;
    // The queue, and 50 ms of the bottleneck's rate behind it.
    expect(underWay).toBeGreaterThanOrEqual(0);
    expect(underWay).toBeLessThanOrEqual(10 + (5e6 * 0.05) / 8 / 1460 + 1);
    expect(flow.wirelessLosses).toBeGreaterThan(10);
    expect(flow.congestionLosses).toBeGreaterThan(0);
  });
});

describe('TFRC', () => {
  test('on random loss alone stays near its equation, well below the link', () => {
    const expected = tfrcRateBytesPerS(1460, 0.1, 0.02) * 8;
    const ratio = rateBps(run({}, { wirelessLoss: 0.02 }, 30, 300), 300) / expected;
    // Packets that are lost together are one event, and the mean of rates is not the rate of the mean: within a third.
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.33);
  });

  test('that hears of losses on the air gets close to what they leave of the link, C (1 - p)', () => {
    for (const loss of [0.01, 0.05]) {
      const told = run({ lossClassifier: 'eln' }, { wirelessLoss: loss });
      const share = rateBps(told) / (5e6 * (1 - loss));
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThanOrEqual(1.001);
      expect(told.flow.congestionCalledWireless).toBe(0);
      expect(rateBps(told)).toBeGreaterThan(2 * rateBps(run({}, { wirelessLoss: loss })));
    }
  });

  test('that is blind calls all losses on the air congestion, and has none of the other error', () => {
    const { flow } = run({}, { wirelessLoss: 0.02 });
    expect(flow.congestionCalledWireless).toBe(0);
    expect(Math.abs(flow.wirelessCalledCongestion - flow.wirelessLosses)).toBeLessThan(5);
  });

  test('without any loss fills the link, and recovers a slow start within seconds', () => {
    expect(rateBps(run({}, { queuePackets: 1000 }, 0, 10), 10)).toBeGreaterThan(0.6 * 5e6);
  });
});

describe('TCP', () => {
  test('Reno and Veno on random loss have rates in the ratio of their equations, sqrt(3)', () => {
    const path = { wirelessLoss: 0.01, rateBps: 50e6, queuePackets: 1000 };
    const [reno, veno] = (['reno', 'veno'] as const).map((kind) => rateBps(run({ kind }, path)));
    expect(aimdRateBytesPerS(1460, 0.1, 0.01, 0.8) / aimdRateBytesPerS(1460, 0.1, 0.01, 0.5)).toBeCloseTo(Math.sqrt(3), 10);
    expect(Math.abs(veno! / reno! / Math.sqrt(3) - 1)).toBeLessThan(0.15);
    expect(Math.abs(reno! / (8 * aimdRateBytesPerS(1460, 0.1, 0.01, 0.5)) - 1)).toBeLessThan(0.2);
  });

  test('each fills a link that loses nothing on the air, and shares it with a like flow', () => {
    for (const kind of ['reno', 'veno', 'westwood'] as const) expect(rateBps(run({ kind }, {}))).toBeGreaterThan(0.85 * 5e6);
    const { flow, competitor } = run({ kind: 'reno' }, { competingTcp: true });
    const ratio = competitor!.deliveredBytes / flow.deliveredBytes;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

test('a transport run is the same again, and another at another seed', () => {
  expect(run({}, { wirelessLoss: 0.02, crossTraffic: 0.2 }, 0, 20)).toEqual(run({}, { wirelessLoss: 0.02, crossTraffic: 0.2 }, 0, 20));
});
