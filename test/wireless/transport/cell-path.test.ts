import { describe, expect, test } from 'vitest';
import { simulateWireless } from '../../../wireless/result.ts';
import type { PathSpec, WirelessScenario } from '../../../wireless/scenario.ts';
import { runCellPath } from '../../../wireless/transport/cell-path.ts';
import { BLOCK_CHANNEL, ONE_LINK, ONE_USER } from '../../../wireless/validation/defaults.ts';

const SEGMENT = 1460;
const PATH: PathSpec = {
  rateBps: 20e6,
  queuePackets: 50,
  delayPs: 20e9,
  crossTraffic: 0,
  wirelessLoss: null,
  wireless: 'last-hop',
  competingTcp: false,
};

type Changes = Partial<Omit<WirelessScenario, 'transport' | 'path'>> & {
  readonly transport?: Partial<WirelessScenario['transport']>;
  readonly path?: Partial<PathSpec>;
};

/** A flow over a wired bottleneck into a cell of one user. */
function scenario({ transport = {}, path = {}, ...others }: Changes = {}): WirelessScenario & { readonly path: PathSpec } {
  return {
    ...ONE_LINK,
    queuePackets: 300,
    users: [{ ...ONE_USER, channel: { ...BLOCK_CHANNEL, correlation: 'clarke', snrDb: 15 } }],
    run: { warmupPs: 0, durationPs: 30e12, packets: null },
    ...others,
    transport: { ...ONE_LINK.transport, kind: 'reno', ...transport },
    path: { ...PATH, ...path },
  };
}

const run = (spec: ReturnType<typeof scenario>) => runCellPath(spec, spec.path, () => false);

/** A channel that carries its best mode and loses nothing. */
const STEADY = [{ ...ONE_USER, channel: { ...BLOCK_CHANNEL, fading: 'none' as const, snrDb: 30 } }];

describe('a flow into a cell', () => {
  test.each([
    ['reno, last hop', { transport: { kind: 'reno' } }],
    ['tfrc, last hop', { transport: { kind: 'tfrc' } }],
    ['tfrc, backbone', { transport: { kind: 'tfrc' }, path: { wireless: 'backbone' } }],
    ['westwood, backbone', { transport: { kind: 'westwood' }, path: { wireless: 'backbone' } }],
    ['reno, a small queue', { queuePackets: 30 }],
  ] as const)('delivers a packet, loses it with a cause, or has it under way: %s', (_, changes) => {
    const spec = scenario(changes);
    const { flow, counts } = run(spec);
    const lost = flow.congestionLosses + flow.wirelessLosses + flow.deadlineLosses;
    const underWay = flow.sentPackets - flow.deliveredBytes / SEGMENT - lost;
    expect(underWay).toBeGreaterThanOrEqual(0);
    // Both queues, and the propagation of the wire.
    expect(underWay).toBeLessThanOrEqual(50 + spec.queuePackets / 11 + (20e6 * 0.02) / 8 / SEGMENT + 20);
    expect(flow.wirelessLosses).toBeGreaterThan(0);
    expect(flow.deadlineLosses).toBe(0);
    // 11680 bits are 11 PDUs, and a packet that the ARQ gave up is one of the flow's.
    expect(counts.users[0]!.packets[2]).toBe(flow.wirelessLosses);
    expect(counts.users[0]!.arrivedPackets).toBeLessThanOrEqual(flow.sentPackets);
  });

  test('has the rate of the cell where that is the narrow part: 18 PDUs a slot, 11 of them a packet', () => {
    const { goodput_bps: goodput, loss_wireless: wireless } = simulateWireless(scenario({ users: STEADY }));
    const cellBps = (18 / 11 / 2e-3) * SEGMENT * 8;
    expect(Number(goodput) / cellBps).toBeLessThanOrEqual(1);
    expect(Number(goodput) / cellBps).toBeGreaterThan(0.97);
    expect(wireless).toBe(0);
  });

  test('has the rate of the wire where that is the narrow part', () => {
    const { goodput_bps: goodput } = simulateWireless(scenario({ users: STEADY, path: { rateBps: 4e6 } }));
    expect(Number(goodput) / 4e6).toBeLessThanOrEqual(1);
    expect(Number(goodput) / 4e6).toBeGreaterThan(0.97);
  });

  test('waits for a slot: a packet that comes during one is served in the next, and there at its end', () => {
    // One packet at a time on the wire: the window of a slow link never fills a slot.
    const { delay_mean_ms: mean, delay_p99_ms: high } = simulateWireless(scenario({ users: STEADY, path: { rateBps: 500e3 } }));
    expect(Number(mean)).toBeGreaterThan(2);
    expect(Number(high)).toBeLessThanOrEqual(4);
  });

  test('that is told of losses on the air makes no mistake; one that is not calls all of them congestion', () => {
    const common = {
      csi: { ...ONE_LINK.csi, delaySlots: 1 },
      path: { delayPs: 50e9 },
      run: { warmupPs: 5e12, durationPs: 60e12, packets: null },
    };
    const of = (lossClassifier: 'eln' | 'blind') => simulateWireless(scenario({ ...common, transport: { kind: 'tfrc', lossClassifier } }));
    const [told, blind] = [of('eln'), of('blind')];
    expect(told.congestion_called_wireless).toBe(0);
    expect(Number(told.wireless_called_congestion)).toBeLessThan(0.05);
    expect(blind.wireless_called_congestion).toBe(1);
    expect(Number(told.goodput_bps)).toBeGreaterThan(2 * Number(blind.goodput_bps));
  });

  test('loses to a delay bound what waits for longer, and counts it as such', () => {
    const users = [{ ...ONE_USER, channel: STEADY[0]!.channel, qos: { ...ONE_USER.qos, delayPs: 20e9 } }];
    const late = simulateWireless(scenario({ users, mac: { ...ONE_LINK.mac, dropLate: true } }));
    expect(Number(late.loss_deadline)).toBeGreaterThan(0);
    expect(late.loss_wireless).toBe(0);
    // The slot that was under way when the bound passed is the last one.
    expect(Number(late.delay_p99_ms)).toBeLessThanOrEqual(22);
  });

  test('shares the cell with its other users, whose channels are those that they have without it', () => {
    const two = scenario({ users: [scenario().users[0]!, { ...ONE_USER, channel: { ...BLOCK_CHANNEL, snrDb: 20 } }] });
    const { counts, flow } = run(two);
    expect(flow.deliveredBytes).toBeLessThan(run(scenario()).flow.deliveredBytes);
    expect(counts.users[1]!.deliveredPdus).toBeGreaterThan(0);
    const modes = (spec: ReturnType<typeof scenario>): Float64Array => run(spec).counts.users[0]!.slotsInMode;
    expect(modes(two)).toEqual(modes(scenario()));
  });

  test('is the same again, and ends when it is told to', () => {
    expect(run(scenario())).toEqual(run(scenario()));
    let asked = 0;
    const stopped = simulateWireless(scenario(), () => ++asked > 2);
    expect(stopped.finished).toBe(false);
    expect(Number(stopped.slots)).toBeLessThan(15_000);
    for (const value of Object.values(stopped)) expect(Number.isNaN(value)).toBe(false);
  });
});

test.each([
  ['a cell', { ...ONE_LINK, run: { warmupPs: 0, durationPs: 9000e12, packets: null } }, 2],
  ['a cell in its warm-up', { ...ONE_LINK, run: { warmupPs: 9000e12, durationPs: 1e12, packets: null } }, 2],
  ['a cell at once', ONE_LINK, 0],
  ['a flow over a path', scenario({ path: { wirelessLoss: 0.01 }, run: { warmupPs: 0, durationPs: 9000e12, packets: null } }), 2],
  ['a flow at once', scenario({ path: { wirelessLoss: 0.01 } }), 0],
])('%s that is stopped says so, and knows no number that is none', (_, spec, looks) => {
  let asked = 0;
  const result = simulateWireless(spec, () => ++asked > looks);
  expect(result.finished).toBe(false);
  for (const value of Object.values(result)) expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
});
