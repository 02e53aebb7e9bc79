import type { DroptailSpec } from '../../sim/base/device-spec.ts';
import { PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { describe, expect, test } from 'vitest';
import { PacketStreams, setupStream } from '../../sim/base/random.ts';
import type { Recovery } from '../../sim/base/transport-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { hostCount } from '../../topologies/build-topology.ts';
import { Dctcp } from './congestion.ts';
import { ACK, DATA, NACK, type PacketEvent } from './event-log.ts';
import { fabric, oracleInput, scenarioWith } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import type { OracleResult } from './types.ts';

const fixed = (recovery: Recovery): Scenario['transport'] => ({
  kind: 'fixed',
  rateBps: null,
  windowBytes: null,
  recovery,
  rtoPs: 1e9,
  nackIntervalPs: 5e8,
});

/** Runs messages [src, dst, bytes], all posted at 0. */
function runMessages(scenario: Scenario, messages: readonly (readonly [number, number, number])[]): OracleResult {
  const builder = new ScheduleBuilder(hostCount(scenario.topology));
  const phase = builder.phase('all');
  for (const [src, dst, bytes] of messages) builder.message(src, dst, bytes, phase);
  return runOracle(oracleInput(scenario, builder.build()));
}

const arrivals = (result: OracleResult, node: number, type: PacketEvent['type']): PacketEvent[] =>
  result.nodeLogs[node]!.packets.filter((event) => event.type === type);

describe('exact timing of the unit cases', () => {
  test('one packet between leaves takes 4,337,920 ps', () => {
    const result = runMessages(scenarioWith({ topology: fabric(2, 1, 1) }), [[0, 1, 4096]]);
    expect(result.fctPs[0]).toBe(4_337_920);
    expect(result.completionPs).toBe(4_337_920);
    // The receive ends when its packet is there, the send with the ACK: four times 500 ns and 1280 ps later.
    expect([...result.operations.startPs]).toEqual([0, 0]);
    expect([...result.operations.endPs]).toEqual([4_337_920, 2_332_800]);
    expect(result.packetHops).toBe(8);
  });

  test('one packet inside a leaf takes 2,168,960 ps', () => {
    expect(runMessages(scenarioWith({ topology: fabric(1, 2, 1) }), [[0, 1, 4096]]).fctPs[0]).toBe(2_168_960);
  });

  test('8 MiB between leaves take 174,648,320 ps', () => {
    const result = runMessages(scenarioWith({ topology: fabric(2, 1, 1) }), [[0, 1, 2048 * 4096]]);
    expect(result.fctPs[0]).toBe(174_648_320);
    expect(result.packets).toBe(2048);
    expect(result.packetHops).toBe(2048 * 8);
    expect([...result.linkLoadBytes].sort((a, b) => b - a).slice(0, 3)).toEqual([8_388_608, 8_388_608, 0]);
  });

  test('without ACKs the sender is informed after the propagation delays of the way back', () => {
    const scenario = scenarioWith({
      topology: fabric(2, 1, 1),
      transport: fixed('none'),
      nic: { ...PLAIN_NIC, acks: 'none' },
    });
    const result = runMessages(scenario, [[0, 1, 2 * 4096]]);
    expect(result.fctPs[0]).toBe(5 * 83_200 + 2_000_000 + 2_000_000);
    expect(result.packetHops).toBe(8);
    expect(result.nodeLogs[0]!.locals.at(-1)).toEqual({ timePs: result.fctPs[0], eventClass: 2041, id: 0 });
  });

  test('an empty message is one packet of header bytes', () => {
    const result = runMessages(scenarioWith({ topology: fabric(1, 2, 1) }), [[0, 1, 0]]);
    expect(result.fctPs[0]).toBe(4 * (1280 + 500_000));
    expect(result.packets).toBe(1);
  });

  test('a flow slower than the line is paced by its wire bytes', () => {
    const transport = { ...fixed('sr'), kind: 'fixed', rateBps: 100e9, windowBytes: null } as const;
    const result = runMessages(scenarioWith({ topology: fabric(1, 2, 1), transport }), [[0, 1, 3 * 4096]]);
    expect(arrivals(result, 2, DATA).map((event) => event.timePs)).toEqual([583_200, 583_200 + 332_800, 583_200 + 665_600]);
  });

  test('flows of one host take turns packet by packet', () => {
    const result = runMessages(scenarioWith({ topology: fabric(1, 3, 1) }), [
      [0, 1, 2 * 4096],
      [0, 2, 3 * 4096],
    ]);
    expect(arrivals(result, 3, DATA).map(({ flow, seq }) => [flow, seq])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [1, 2],
    ]);
  });
});

describe('two hosts send two packets each to a third one', () => {
  const incast: [number, number, number][] = [
    [0, 2, 2 * 4096],
    [1, 2, 2 * 4096],
  ];
  const runWith = (changes: Partial<DroptailSpec>): OracleResult => {
    const base = scenarioWith({ topology: fabric(1, 3, 1) });
    return runMessages({ ...base, switch: { ...(base.switch as DroptailSpec), ...changes } }, incast);
  };

  test('the queue holds three packets and host 0 goes first', () => {
    const result = runWith({});
    expect(arrivals(result, 2, DATA).map(({ timePs, flow, seq }) => [timePs, flow, seq])).toEqual([
      [1_166_400, 0, 0],
      [1_249_600, 1, 0],
      [1_332_800, 0, 1],
      [1_416_000, 1, 1],
    ]);
    expect([result.fctPs[0], result.fctPs[2]]).toEqual([2_335_360, 2_418_560]);
    expect(result.queueMaxBytes).toBe(3 * 4160);
    expect(result.drops).toBe(0);
  });

  test('a queue of exactly three packets drops nothing', () => {
    expect(runWith({ queueBytes: 3 * 4160 }).drops).toBe(0);
  });

  test('a queue one byte shorter drops the fourth packet', () => {
    const result = runWith({ queueBytes: 3 * 4160 - 1 });
    expect(result.drops).toBe(1);
    expect(result.retransmits).toBe(1);
    expect(result.queueMaxBytes).toBe(2 * 4160);
    expect(arrivals(result, 2, DATA).map(({ flow, seq }) => [flow, seq])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  test.each([
    [4159, 3],
    [4160, 1],
    [8319, 1],
    [8320, 0],
  ])('with both thresholds at %d bytes %d packets are marked', (bytes, marks) => {
    const result = runWith({ ecn: { lowBytes: bytes, highBytes: bytes, maxProbability: 1 } });
    expect(result.ecnMarks).toBe(marks);
    expect(arrivals(result, 2, DATA).filter(({ marked }) => marked)).toHaveLength(marks);
    expect(arrivals(result, 3, ACK).filter(({ marked }) => marked)).toHaveLength(marks);
  });

  test('between the thresholds one draw of the switch decides', () => {
    const probability = (8320 - 4160) / (12_480 - 4160);
    const seeds = Array.from({ length: 12 }, (_, i) => i);
    const base = scenarioWith({ topology: fabric(1, 3, 1) });
    const ecn = { lowBytes: 4160, highBytes: 12_480, maxProbability: 1 };
    const marks = seeds.map((seed) => runMessages({ ...base, seed, switch: { ...base.switch, ecn } }, incast).ecnMarks);
    const expected = seeds.map((seed) => (new PacketStreams(seed, 'ecn', 2).next(0) >>> 0) / 2 ** 32 < probability);
    expect(marks).toEqual(expected.map((isMarked) => (isMarked ? 1 : 0)));
    expect(new Set(marks).size).toBe(2);
  });
});

test('go-back-N answers a gap with one NACK and sends everything from there again', () => {
  const base = scenarioWith({ topology: fabric(1, 3, 1), transport: fixed('gbn') });
  const result = runMessages({ ...base, switch: { ...base.switch, queueBytes: 3 * 4160 - 1 } }, [
    [0, 2, 2 * 4096],
    [1, 2, 4 * 4096],
  ]);
  expect(result.drops).toBe(1);
  expect(arrivals(result, 1, NACK).map(({ timePs, seq }) => [timePs, seq])).toEqual([[2_418_560, 1]]);
  expect(result.retransmits).toBe(3);
  expect(result.packets).toBe(6);
  expect(result.fctPs[2]).toBe(2_418_560 + 2 * 83_200 + 2_168_960);
  expect(result.reorderMaxPackets).toBe(0);
});

test('selective repeat resends a lost packet when one sent three later is acknowledged', () => {
  const base = scenarioWith({ topology: fabric(1, 3, 1) });
  const result = runMessages({ ...base, switch: { ...base.switch, queueBytes: 3 * 4160 - 1 } }, [
    [0, 2, 2 * 4096],
    [1, 2, 5 * 4096],
  ]);
  // Packet 1 is lost at the leaf; packets 2, 3 and 4 pass, and the ACK of 4 (83.2 ns after that of 3) shows the loss.
  const ackOfPacket4 = 4 * 83_200 + 2_168_960;
  const queueing = 83_200;
  expect(arrivals(result, 1, ACK).map(({ seq }) => seq)).toEqual([0, 2, 3, 4, 1]);
  expect(result.retransmits).toBe(1);
  expect(result.reorderMaxPackets).toBe(3);
  expect(result.fctPs[2]).toBe(ackOfPacket4 + queueing + 2_168_960);
});

describe('DCTCP', () => {
  test('the first windows by hand', () => {
    const spec = { kind: 'dctcp', g: 1 / 16, initialWindowBytes: 41_600, minWindowBytes: 4160, recovery: 'sr' } as const;
    const limits = {
      baseRttPs: 0,
      bdpBytes: 0,
      queueBytes: 0,
      ecn: null,
      headerQueueBytes: 0,
      rtoPs: 0,
      initialWindowBytes: 41_600,
      minWindowBytes: 4160,
    };
    const dctcp = new Dctcp({ ...spec, rtoPs: null, nackIntervalPs: 0 }, limits, 4160);
    dctcp.hearAck({ newlyBytes: 4160, marked: false, una: 1, next: 10 });
    expect(dctcp.cwnd).toBe(41_600 + 416);
    dctcp.hearAck({ newlyBytes: 4160, marked: true, una: 2, next: 11 });
    expect(dctcp.cwnd).toBe(21_008);
    dctcp.hearAck({ newlyBytes: 4160, marked: true, una: 3, next: 11 });
    expect(dctcp.cwnd).toBe(21_008);
    for (let una = 4; una <= 9; una++) dctcp.hearAck({ newlyBytes: 4160, marked: false, una, next: 11 });
    expect([dctcp.cwnd, dctcp.alpha]).toEqual([21_008, 1]);
    dctcp.hearAck({ newlyBytes: 4160, marked: false, una: 10, next: 12 });
    expect(dctcp.alpha).toBe(15 / 16 + (1 / 16) * 0.2);
    expect(dctcp.cwnd).toBe(21_008);
    dctcp.hearAck({ newlyBytes: 4160, marked: false, una: 11, next: 13 });
    expect(dctcp.cwnd).toBe(21_008 + (4160 * 4160) / 21_008);
    dctcp.hearLoss(13);
    expect(dctcp.cwnd).toBe((21_008 + (4160 * 4160) / 21_008) / 2);
    dctcp.hearTimeout();
    expect(dctcp.cwnd).toBe(4160);
    dctcp.hearAck({ newlyBytes: 1000, marked: false, una: 11, next: 13 });
    expect(dctcp.cwnd).toBe(5160);
  });

  test('a window of two packets admits one, one, then two packets', () => {
    const transport = {
      kind: 'dctcp',
      g: 1 / 16,
      initialWindowBytes: 2 * 4160,
      minWindowBytes: 4160,
      recovery: 'sr',
      rtoPs: 1e9,
      nackIntervalPs: 0,
    } as const;
    const result = runMessages(scenarioWith({ topology: fabric(1, 2, 1), transport }), [[0, 1, 6 * 4096]]);
    const sent = arrivals(result, 2, DATA).map(({ timePs }) => timePs - 583_200);
    expect(sent).toEqual([0, 83_200, 2_168_960, 2_252_160, 4_337_920, 4_421_120]);
  });
});

test('drb rotates full packets and short ones on their own drawn orders', () => {
  const scenario = scenarioWith({ topology: fabric(2, 1, 3), balancer: { kind: 'drb' }, seed: 7 });
  const result = runMessages(scenario, [
    [0, 1, 7 * 4096 + 1],
    [0, 1, 100],
  ]);
  const stream = setupStream(7, 'drb', 0);
  const full = stream.shuffle([0, 1, 2]);
  const fullStart = stream.integer(3);
  const short = stream.shuffle([0, 1, 2]);
  const shortStart = stream.integer(3);
  const entropies = (isFull: (event: PacketEvent) => boolean): number[] =>
    arrivals(result, 2, DATA)
      .filter(isFull)
      .map(({ entropy }) => entropy);
  const isFull = ({ flow, seq }: PacketEvent): boolean => flow === 0 && seq < 7;
  expect(entropies(isFull)).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => full[(fullStart + i) % 3]));
  expect(entropies((event) => !isFull(event))).toEqual([0, 1].map((i) => short[(shortStart + i) % 3]));
});

describe('schedule', () => {
  test('a send that waits for a receive and a computation starts when both ended', () => {
    const builder = new ScheduleBuilder(3);
    const phase = builder.phase('chain');
    const first = builder.message(0, 1, 4096, phase);
    const second = builder.message(1, 2, 4096, phase);
    const compute = builder.compute(1, 1_000_000);
    builder.after(second, first + 1);
    builder.after(compute, first + 1);
    builder.after(second, compute);
    const result = runOracle(oracleInput(scenarioWith({ topology: fabric(1, 3, 1) }), builder.build()));
    const received = 2 * 583_200;
    expect(result.completionPs).toBe(received + 1_000_000 + 2_168_960);
    expect(result.fctPs[second]).toBe(2_168_960);
    const operations = result.nodeLogs[1]!.locals.filter(({ eventClass }) => eventClass !== 2043);
    expect(operations.map(({ timePs, eventClass, id }) => [timePs, eventClass, id])).toEqual([
      [0, 2045, first + 1],
      [received, 2045, compute],
      [received + 1_000_000, 2044, compute],
      [received + 1_000_000, 2045, second],
    ]);
  });

  test('a start edge waits for the posting only', () => {
    const builder = new ScheduleBuilder(2);
    const phase = builder.phase('stream');
    const first = builder.message(0, 1, 4096, phase);
    const second = builder.message(0, 1, 4096, phase);
    builder.after(second, first, 'start');
    const result = runOracle(oracleInput(scenarioWith({ topology: fabric(1, 2, 1) }), builder.build()));
    expect(result.fctPs[second]).toBe(2_168_960 + 83_200);
  });

  test('nothing after stop.at is handled, and what is due at it is', () => {
    const run = (stopAtPs: number): OracleResult => runMessages(scenarioWith({ topology: fabric(1, 2, 1), stopAtPs }), [[0, 1, 4096]]);
    expect(run(2_168_960).finished).toBe(true);
    const early = run(2_168_959);
    expect(early.finished).toBe(false);
    expect(early.completionPs).toBeNaN();
    expect(early.fctPs[0]).toBeNaN();
    expect(early.packetHops).toBe(3);
  });
});
