import { describe, expect, test } from 'vitest';
import { DROPTAIL, PLAIN_NIC, type NicSpec, type SwitchSpec } from '../../sim/base/device-spec.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { cyclicInput } from './crafted.ts';
import { ACK, DATA, NACK, PAUSE, RESUME, TRIMMED, type PacketEvent, type PacketType } from './event-log.ts';
import { fabric, oracleInput, scenarioWith } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import type { OracleInput, OracleResult } from './types.ts';

/** 4160 B at 400 Gb/s; a frame, an answer or a header; one way of 500 ns. */
const FULL_PS = 83_200;
const SMALL_PS = 1280;
const DELAY_PS = 500_000;
/** Arrival at the leaf of the first packet of a host that begins at 0. */
const FIRST_PS = FULL_PS + DELAY_PS;
const FULL = 4160;

const COMMON = { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' } as const;

type Message = readonly [src: number, dst: number, bytes: number];

/** Messages posted at 0 among the hosts of one leaf; host h is node h, the leaf is node `hosts`. */
function leafInput(hosts: number, messages: readonly Message[], device: SwitchSpec, changes: Partial<Scenario> = {}): OracleInput {
  const builder = new ScheduleBuilder(hosts);
  const phase = builder.phase('all');
  for (const [src, dst, bytes] of messages) builder.message(src, dst, bytes, phase);
  return oracleInput(scenarioWith({ topology: fabric(1, hosts, 1), switch: device, ...changes }), builder.build());
}

const runLeaf = (hosts: number, messages: readonly Message[], device: SwitchSpec, changes: Partial<Scenario> = {}): OracleResult =>
  runOracle(leafInput(hosts, messages, device, changes));

const nicWith = (changes: Partial<NicSpec>): Partial<Scenario> => ({ nic: { ...PLAIN_NIC, ...changes } });

/** Packets of some types that came to a node by a port, in order. */
const arrivals = (result: OracleResult, node: number, types: readonly PacketType[], port: number | null = null): PacketEvent[] =>
  result.nodeLogs[node]!.packets.filter((event) => types.includes(event.type) && (port === null || event.port === port));

/** Hosts 0 and 1 send n packets each to host 2: the leaf sends them in turn, one each FULL_PS from FIRST_PS on. */
const incast = (packets: number): Message[] => [
  [0, 2, packets * 4096],
  [1, 2, packets * 4096],
];

describe('classes', () => {
  /** Beside twenty packets from hosts 0 and 1 the ACK of its own message comes to host 2's port. */
  const messages: Message[] = [...incast(10), [2, 0, 4096]];
  const ackAtLeafPs = 2 * FIRST_PS + SMALL_PS + DELAY_PS;

  test('an ACK of class 0 goes after the packet on the wire', () => {
    const result = runLeaf(3, messages, COMMON, nicWith({ ackPriority: 'high' }));
    const wireFreePs = FIRST_PS + 14 * FULL_PS;
    expect(ackAtLeafPs).toBeGreaterThan(wireFreePs - FULL_PS);
    expect(result.fctPs[4]).toBe(wireFreePs + SMALL_PS + DELAY_PS);
  });

  test('an ACK of a data class goes after all that waits', () => {
    const result = runLeaf(3, messages, COMMON, nicWith({ ackPriority: 'data' }));
    expect(result.fctPs[4]).toBe(FIRST_PS + 20 * FULL_PS + SMALL_PS + DELAY_PS);
  });

  test('data classes take turns by deficit round robin with weights', () => {
    const device = { ...COMMON, classWeights: [0, 2, 1, 1, 1, 1, 1, 1] };
    const input = { ...leafInput(3, incast(6), device), classOfFlow: Uint8Array.of(1, 2) };
    const order = arrivals(runOracle(input), 2, [DATA]).map(({ flow, seq }) => `${flow === 0 ? 'a' : 'b'}${seq}`);
    expect(order.join(' ')).toBe('a0 b0 a1 b1 a2 a3 b2 a4 a5 b3 b4 b5');
  });

  test('with equal weights they alternate', () => {
    const input = { ...leafInput(3, incast(6), COMMON), classOfFlow: Uint8Array.of(5, 2) };
    const flows = arrivals(runOracle(input), 2, [DATA]).map(({ flow }) => flow);
    expect(flows).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });
});

describe('trimming', () => {
  const composite = (changes: object = {}): SwitchSpec => ({
    ...COMMON,
    kind: 'composite',
    trims: true,
    headerQueueBytes: null,
    headerShare: null,
    queueBytes: 2 * FULL,
    ...changes,
  });
  const high = nicWith({ ackPriority: 'high' });

  test('a draw decides whether the arriving packet is cut or the one that was queued last', () => {
    const seeds = Array.from({ length: 8 }, (_, seed) => seed);
    const cutFlows = seeds.map((seed) => {
      const input = leafInput(3, incast(2), composite(), { ...high, seed });
      const { topology } = input;
      const link = topology.portLink[topology.portOffset[3]! + 2]!;
      const draw = new PacketStreams(seed, 'trim', topology.links).next(link);
      const result = runOracle(input);
      const cutFlow = draw >= 0 ? 1 : 0;
      const wireFreePs = FIRST_PS + 2 * FULL_PS;
      expect(
        arrivals(result, 2, [DATA, TRIMMED]).map(({ timePs, type, flow, seq, lastHop }) => [timePs, type, flow, seq, lastHop]),
      ).toEqual([
        [FIRST_PS + FULL_PS + DELAY_PS, DATA, 0, 0, false],
        [FIRST_PS + 2 * FULL_PS + DELAY_PS, DATA, 1, 0, false],
        [wireFreePs + SMALL_PS + DELAY_PS, TRIMMED, cutFlow, 1, true],
        [wireFreePs + SMALL_PS + FULL_PS + DELAY_PS, DATA, 1 - cutFlow, 1, false],
        [wireFreePs + 3 * (SMALL_PS + DELAY_PS) + 2 * FIRST_PS, DATA, cutFlow, 1, false],
      ]);
      expect([result.trims, result.drops, result.retransmits]).toEqual([1, 0, 1]);
      expect(arrivals(result, cutFlow, [NACK]).map(({ seq, lastHop }) => [seq, lastHop])).toEqual([[1, true]]);
      return cutFlow;
    });
    expect(new Set(cutFlows)).toEqual(new Set([0, 1]));
  });

  test('without trimming what does not fit is dropped', () => {
    const result = runLeaf(3, incast(2), composite({ trims: false }), high);
    expect([result.trims, result.drops]).toEqual([0, 1]);
  });

  test('a header that does not fit its queue is cut and dropped', () => {
    const result = runLeaf(3, incast(2), composite({ headerQueueBytes: 63 }), { ...high, stopAtPs: FIRST_PS + 3 * FULL_PS + DELAY_PS });
    expect([result.trims, result.drops]).toEqual([1, 1]);
    expect(arrivals(result, 2, [DATA, TRIMMED]).map(({ type }) => type)).toEqual([DATA, DATA, DATA]);
  });

  /** Six ACKs come to host 2's port while packet 11 of 32 is on the wire. */
  test.each([
    [null, 'aaaaaadddddddddddddddddddd'],
    [0, 'addddddddddddddddddddaaaaa'],
    [0.5, 'adaaaaadddd'],
    [0.01, 'addaddadaddadadd'],
  ])('headers take the share %s of the port while data waits', (headerShare, order) => {
    const empty: Message = [2, 0, 0];
    const messages: Message[] = [[1, 2, 16 * 4096], [3, 2, 16 * 4096], ...Array.from({ length: 6 }, () => empty)];
    const result = runLeaf(4, messages, composite({ headerShare, queueBytes: Infinity, headerQueueBytes: Infinity }), high);
    const types = arrivals(result, 2, [DATA, ACK]).map(({ type }) => (type === DATA ? 'd' : 'a'));
    expect(types.slice(0, 12).join('')).toBe('dddddddddddd');
    const rest = types.slice(12).join('');
    expect(rest).toHaveLength(26);
    expect(rest.slice(0, order.length)).toBe(order);
  });
});

describe('marks at dequeue', () => {
  test.each([
    ['dequeue-after', 4159, 1],
    ['dequeue-after', 4160, 0],
    ['dequeue-before', 4159, 4],
    ['dequeue-before', 4160, 1],
    ['dequeue-before', 8320, 0],
  ] as const)('%s with both thresholds at %d bytes marks %d packets', (ecnAt, bytes, marks) => {
    const ecn = { lowBytes: bytes, highBytes: bytes, maxProbability: 1 };
    const result = runLeaf(3, incast(2), { ...COMMON, ecn, ecnAt });
    expect(result.ecnMarks).toBe(marks);
    if (marks === 1) expect(arrivals(result, 2, [DATA]).map(({ marked }) => marked)).toEqual([false, false, true, false]);
  });

  test('ports that face hosts mark nothing if they are not to', () => {
    const ecn = { lowBytes: 0, highBytes: 0, maxProbability: 1 };
    expect(runLeaf(3, incast(2), { ...COMMON, ecn, ecnAt: 'dequeue-before', ecnOnHostPorts: false }).ecnMarks).toBe(0);
  });

  test('between the thresholds one draw of the port decides', () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    const ecn = { lowBytes: 0, highBytes: 2 * FULL, maxProbability: 0.8 };
    const marks = seeds.map((seed) => runLeaf(3, incast(2), { ...COMMON, ecn, ecnAt: 'dequeue-after' }, { seed }).ecnMarks);
    const { topology } = leafInput(3, incast(2), COMMON);
    const link = topology.portLink[topology.portOffset[3]! + 2]!;
    const expected = seeds.map((seed) => {
      const draw = new PacketStreams(seed, 'ecn-port', topology.links).next(link);
      return (draw >>> 0) / 2 ** 32 < 0.4 ? 1 : 0;
    });
    expect(marks).toEqual(expected);
    expect(new Set(marks).size).toBe(2);
  });
});

describe('pauses', () => {
  const frames = (result: OracleResult, host: number): [number, number][] =>
    arrivals(result, host, [PAUSE, RESUME]).map(({ timePs, type }) => [timePs, type]);
  const framePs = SMALL_PS + DELAY_PS;

  test('lossless input: above two packets the host is told to stop, below two to go on', () => {
    const device: SwitchSpec = { ...COMMON, kind: 'lossless-input', pauseBytes: 2 * FULL, resumeBytes: 2 * FULL };
    const result = runLeaf(3, incast(20), device);
    // The third packet that came from host 0 and waits comes with its sixth, from host 1 with its fifth.
    expect(frames(result, 0)).toEqual([
      [FIRST_PS + 5 * FULL_PS + framePs, PAUSE],
      [FIRST_PS + 34 * FULL_PS + framePs, RESUME],
    ]);
    expect(frames(result, 1)).toEqual([
      [FIRST_PS + 4 * FULL_PS + framePs, PAUSE],
      [FIRST_PS + 33 * FULL_PS + framePs, RESUME],
    ]);
    expect([result.pfcPauses, result.drops]).toEqual([2, 0]);
    // Packet 18 of host 0 was on the wire when the PAUSE came; packet 19 starts with the RESUME.
    const fromHost0 = arrivals(result, 3, [DATA], 0).map(({ timePs }) => timePs);
    expect(fromHost0[18]).toBe(18 * FULL_PS + FIRST_PS);
    expect(fromHost0[19]).toBe(FIRST_PS + 34 * FULL_PS + framePs + FIRST_PS);
  });

  const shared = (headroomBytes: number): SwitchSpec => ({
    ...COMMON,
    kind: 'shared',
    // Four ports: three hosts and a spine. Eight packets are left to share.
    bufferBytes: 4 * (FULL + headroomBytes) + 8 * FULL,
    shift: 1,
    egressShift: null,
    reserveBytes: FULL,
    headroomBytes,
    resumeOffsetBytes: FULL,
    pfc: true,
  });

  test('shared: an ingress is paused at half of what is free and goes on a packet below it', () => {
    const result = runLeaf(3, incast(7), shared(10 * FULL));
    expect(frames(result, 1)).toEqual([
      [FIRST_PS + 5 * FULL_PS + framePs, PAUSE],
      [FIRST_PS + 9 * FULL_PS + framePs, RESUME],
    ]);
    expect(frames(result, 0)).toEqual([
      [FIRST_PS + 6 * FULL_PS + framePs, PAUSE],
      [FIRST_PS + 8 * FULL_PS + framePs, RESUME],
    ]);
  });

  test('shared: what comes after the threshold needs headroom, to the byte', () => {
    expect(runLeaf(3, incast(7), shared(FULL)).drops).toBe(0);
    expect(runLeaf(3, incast(7), shared(FULL - 1)).drops).toBe(1);
  });

  test('shared: an egress limit drops what exceeds its part of what is free', () => {
    const device = { ...shared(10 * FULL), egressShift: 2, pfc: false } as SwitchSpec;
    // Two packets may wait for host 2 while nothing is shared; with the second arrival of host 1 there would be more.
    const result = runLeaf(3, incast(3), device);
    expect(result.drops).toBeGreaterThan(0);
    expect(result.queueMaxBytes).toBeLessThanOrEqual(3 * FULL);
  });

  test('a cycle of ports that wait for each other ends the run as a deadlock', () => {
    const input = cyclicInput();
    const { deadlock, finished, drops } = runOracle(input);
    expect([finished, drops]).toEqual([false, 0]);
    const { linkFrom, linkTo, nodeNames } = input.topology;
    const names = deadlock!.map((link) => `${nodeNames[linkFrom[link]!]}>${nodeNames[linkTo[link]!]}`);
    expect(names.sort()).toEqual(['leaf0>spine0', 'leaf1>spine1', 'spine0>leaf1', 'spine1>leaf0']);
  });

  test('timers that go on do not hide a deadlock', () => {
    const transport = { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 50_000_000, nackIntervalPs: 0 } as const;
    const result = runOracle(cyclicInput({ transport }));
    expect(result.deadlock).toHaveLength(4);
    const lastPs = Math.max(...result.nodeLogs.flatMap(({ locals }) => locals.map(({ timePs }) => timePs)));
    // The interval is the first whole number of lookaheads (500 ns) from 1 ms on.
    expect(lastPs).toBeLessThan(1_000_000_000);
    expect(lastPs).toBeGreaterThanOrEqual(950_000_000);
  });

  test('and buffers that hold everything prevent it', () => {
    const device: SwitchSpec = { ...COMMON, kind: 'lossless-input', pauseBytes: 1e9, resumeBytes: 1e9 };
    const result = runOracle(cyclicInput({ switch: device }));
    expect([result.finished, result.deadlock, result.pfcPauses]).toEqual([true, null, 0]);
  });
});

describe('the NIC', () => {
  const twoFlows: Message[] = [
    [0, 1, 3 * 4096],
    [0, 2, 2 * 4096],
  ];

  test('oldest first serves the lowest flow that may send', () => {
    const result = runLeaf(3, twoFlows, COMMON, nicWith({ scheduler: 'oldest-first' }));
    expect(arrivals(result, 3, [DATA]).map(({ flow }) => flow)).toEqual([0, 0, 0, 1, 1]);
  });

  test('all flows together get no more payload than the memory delivers', () => {
    const result = runLeaf(3, twoFlows, COMMON, nicWith({ pcieBps: 200e9 }));
    expect(arrivals(result, 3, [DATA]).map(({ timePs }) => timePs)).toEqual([0, 1, 2, 3, 4].map((i) => FIRST_PS + i * 163_840));
  });

  test('a flow waits until one of the flows that may be open at once is over', () => {
    const messages: Message[] = [
      [0, 1, 4096],
      [0, 2, 4096],
      [0, 1, 4096],
    ];
    const alone = 2 * (FIRST_PS + SMALL_PS + DELAY_PS);
    const result = runLeaf(3, messages, COMMON, nicWith({ maxFlows: 1 }));
    expect([result.fctPs[0], result.fctPs[2], result.fctPs[4]]).toEqual([alone, 2 * alone, 3 * alone]);
  });

  test.each([
    [null, 'aaaaaadd'],
    [1, 'adadadadadad'],
    [2, 'aadaadaad'],
    [10, 'aaaaaadd'],
  ])('after %s answers in a row a waiting data packet goes', (controlBurst, order) => {
    const empty: Message = [0, 1, 0];
    const messages: Message[] = [...Array.from({ length: 6 }, () => empty), [1, 2, 40 * 4096]];
    const result = runLeaf(3, messages, COMMON, nicWith({ controlBurst }));
    const sent = arrivals(result, 3, [DATA, ACK], 1).map(({ type }) => (type === DATA ? 'd' : 'a'));
    expect(sent.slice(13, 13 + order.length).join('')).toBe(order);
  });
});
