import { describe, expect, test } from 'vitest';
import { PLAIN_NIC, type NicSpec } from '../../sim/base/device-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { channelsOfFlows } from '../../sim/fabric/flow-channels.ts';
import { simulate } from '../../sim/simulate.ts';
import { runSingle } from '../../sweep/cells.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { loadText } from '../config/load-text.ts';
import { runEngine } from '../oracle/engine-run.ts';
import { fabric, oracleInput, scenarioWith } from '../oracle/fixtures.ts';
import { runOracle } from '../oracle/oracle.ts';

type Message = readonly [dst: number, bytes: number, channel: number];

/** Payload of a full packet at 100 Gb/s. */
const GAP = 327_680;
const TX = 83_200;
/** There and back inside a rack: a full packet and its ACK. */
const ROUND = 2 * (TX + 500_000 + 1280 + 500_000);

/** FCTs of messages that host 0 posts at 0, in the engine and in the oracle. */
function fctsPs(messages: readonly Message[], changes: Partial<NicSpec> = {}): number[] {
  const builder = new ScheduleBuilder(3);
  const phase = builder.phase('all');
  for (const [dst, bytes, channel] of messages) builder.message(0, dst, bytes, phase, channel);
  const nic = { ...PLAIN_NIC, channelBps: 100e9, ...changes };
  const input = oracleInput(scenarioWith({ topology: fabric(1, 3, 1), nic }), builder.build());
  const [expected, found] = [runOracle(input), runEngine(input)].map(({ fctPs }) => [...fctPs].filter((_, op) => op % 2 === 0));
  expect(found).toEqual(expected);
  return found!;
}

describe('a channel', () => {
  test('sends a packet when its thread block has delivered the payload of the one before', () => {
    expect(fctsPs([[1, 3 * 4096, 0]])).toEqual([2 * GAP + ROUND]);
  });

  test('is one for all messages between two ranks that name it, which take turns', () => {
    const messages: Message[] = [
      [1, 2 * 4096, 0],
      [1, 2 * 4096, 0],
    ];
    expect(fctsPs(messages)).toEqual([2 * GAP + ROUND, 3 * GAP + ROUND]);
    expect(fctsPs(messages, { scheduler: 'oldest-first' })).toEqual([GAP + ROUND, 3 * GAP + ROUND]);
  });

  test.each([
    ['other channels', 1, 1],
    ['channels to other ranks', 2, 0],
  ])('leaves the link to %s meanwhile', (_, dst, channel) => {
    const messages: Message[] = [
      [1, 2 * 4096, 0],
      [dst, 2 * 4096, channel],
    ];
    expect(fctsPs(messages)).toEqual([GAP + ROUND, TX + GAP + ROUND]);
  });

  test('waits for what the packet carried, not for a full one', () => {
    const short = 1000;
    // 1000 B take 80 ns at 100 Gb/s, less than the packet before them on the wire.
    const last = ROUND - 2 * (TX - (short + 64) * 20);
    expect(fctsPs([[1, 4096 + short, 0]])).toEqual([GAP + last]);
    const next: Message[] = [
      [1, short, 0],
      [1, 4096, 0],
    ];
    expect(fctsPs(next)).toEqual([last, 80_000 + ROUND]);
  });

  test('waits beside the memory of the host, for the later of the two', () => {
    const messages: Message[] = [
      [1, 2 * 4096, 0],
      [2, 2 * 4096, 0],
    ];
    // Memory: a packet each 163.84 ns, of both channels together.
    expect(fctsPs(messages, { pcieBps: 200e9 })).toEqual([GAP + ROUND, GAP / 2 + GAP + ROUND]);
    expect(fctsPs(messages, { pcieBps: 50e9 })).toEqual([4 * GAP + ROUND, 6 * GAP + ROUND]);
  });
});

test('channels are numbered at each host, by job, ranks and channel of the message', () => {
  const builder = new ScheduleBuilder(3);
  const phase = builder.phase('all');
  for (const [src, dst, channel] of [
    [0, 1, 0],
    [0, 2, 0],
    [0, 1, 3],
    [0, 1, 0],
    [1, 0, 3],
  ] as const)
    builder.message(src, dst, 4096, phase, channel);
  const schedule = builder.build();
  const topology = buildTopology(fabric(1, 3, 1), [], 3, 1);
  const plan = planFlows(topology, schedule, { kind: 'ecmp-split', k: 2 }, { seed: 1, mtuBytes: 1024 });
  expect([...channelsOfFlows(plan, schedule)]).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 0, 0]);
});

test('four channels of a ring get four times the rate of one, as far as the link goes', async () => {
  const completionUs = async (channels: number, rate: string): Promise<number> => {
    const text = `topology: { kind: leaf-spine, leaves: 1, spines: 1, hostsPerLeaf: 4, hostLink: { rate: 400Gbps, delay: 500ns } }
workload: { kind: all-gather, algorithm: ring, size: 16MiB, channels: ${channels} }
transport: fixed
switch: { queue: infinite, ecn: off }
nic: { channelRate: ${rate} }
`;
    return (await simulate((await runSingle(await loadText(text))).scenario)).completionPs! / 1e6;
  };
  // Three steps of 4 MiB.
  const alone = (3 * 4 * 2 ** 20 * 8) / 50e9 / 1e-6;
  const [one, four] = [await completionUs(1, '50Gbps'), await completionUs(4, '50Gbps')];
  expect(one).toBeGreaterThan(alone);
  expect(one).toBeLessThan(1.02 * alone);
  expect(four).toBeGreaterThan(alone / 4);
  expect(four).toBeLessThan(1.06 * (alone / 4));
});
