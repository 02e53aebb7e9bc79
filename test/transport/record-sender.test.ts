import { arena, doubles } from '../../sim/engine/arena.ts';
import { expect, test } from 'vitest';
import { NACK } from '../../sim/base/packet.ts';
import { DUE, NOW, RTT, START } from '../../sim/engine/record.ts';
import { RecordSender } from '../../sim/transport/record-sender.ts';
import type { FlowTable } from '../../sim/transport/flow-table.ts';
import { AGAIN_FLAG, ANSWER, ASKS, FULL, Listener, SACK_WORD, newClock, packetsOf, writeSelective, type Selective } from './ends.ts';

const RTO = 1000;

/** A sender of one flow and what surrounds it; packets are sent at clock[START]. */
class Bench {
  readonly clock = newClock();
  readonly control: Listener;
  readonly sender: RecordSender;
  readonly timeouts: number[] = [];

  constructor(flows: FlowTable, windowBytes: number, isSelective = true) {
    this.control = new Listener(windowBytes);
    this.sender = new RecordSender(flows, this.control, {
      clock: this.clock,
      sackWord: isSelective ? SACK_WORD : 0,
      asksForAcks: isSelective,
      rtoPs: RTO,
      losses: { onLoss: () => {}, onTimeout: (_flow, entropy) => void this.timeouts.push(entropy) },
      credit: null,
    });
  }

  /** Sends what the window admits; the packets' numbers, with `!` where they ask for an ACK and `r` where they are sent again. */
  send(atPs: number, entropy = 0): string[] {
    const { sender } = this;
    const sent: string[] = [];
    this.clock[START] = atPs;
    while (sender.canSend(0)) {
      sender.take(0);
      sender.noteSent(0, entropy);
      const isAgain = (sender.takenFlags & AGAIN_FLAG) !== 0;
      expect(isAgain).toBe(sender.takenAgain === 1);
      sent.push(`${sender.takenSeq}${isAgain ? 'r' : ''}${(sender.takenFlags & ASKS) !== 0 ? '!' : ''}`);
    }
    return sent;
  }

  ack(atPs: number, seq: number, cumulative: number, selective: Selective): void {
    this.clock[NOW] = atPs;
    writeSelective(selective);
    this.sender.onAck(0, seq, cumulative, false, ANSWER);
  }

  nack(atPs: number, seq: number, flags = 0): void {
    this.clock[NOW] = atPs;
    arena[ANSWER + 3] = NACK | flags;
    this.sender.onNack(0, seq, 0, false, ANSWER);
  }

  /** The timer fires; returns when it wants to fire next. */
  timer(atPs: number): number {
    this.clock[NOW] = atPs;
    this.sender.onTimer(0);
    return this.clock[DUE]!;
  }
}

test('a packet asks for an ACK if no other full packet would fit the window after it, or none follows', () => {
  const bench = new Bench(packetsOf(10), 4.5 * FULL);
  expect(bench.send(0)).toEqual(['0', '1', '2', '3!']);
  bench.ack(100, 0, 1, { total: FULL });
  expect(bench.send(100)).toEqual(['4!']);
  const exact = new Bench(packetsOf(10), 3 * FULL);
  expect(exact.send(0)).toEqual(['0', '1!', '2!']);
  expect(new Bench(packetsOf(3), 100 * FULL).send(0)).toEqual(['0', '1', '2!']);
});

test('what is in flight follows the bytes accepted, not the packets that an ACK names', () => {
  const bench = new Bench(packetsOf(10), 6 * FULL);
  bench.send(0);
  bench.ack(100, 0, 1, { total: 4 * FULL });
  expect(bench.sender.inFlightBytes(0)).toBe(2 * FULL);
  bench.ack(101, 3, 4, { total: 4 * FULL, base: 5, held: [] });
  // An ACK that was overtaken tells nothing new.
  bench.ack(102, 1, 2, { total: 2 * FULL });
  expect(bench.control.heard).toEqual([
    `ack ${4 * FULL} una 1 next 6 in flight ${2 * FULL}`,
    `ack 0 una 4 next 6 in flight ${2 * FULL}`,
    `ack 0 una 4 next 6 in flight ${2 * FULL}`,
  ]);
});

test('the count of accepted bytes goes on beyond 2^30', () => {
  const bench = new Bench(packetsOf(300_000), 4 * FULL);
  let total = 0;
  for (let cumulative = 0; cumulative < 270_000; cumulative += 4) {
    bench.send(0);
    total += 4 * FULL;
    bench.ack(1, cumulative + 3, cumulative + 4, { total });
    expect(bench.sender.inFlightBytes(0)).toBe(0);
  }
  expect(total).toBeGreaterThan(2 ** 30);
});

test('a NACK queues exactly its packet, and it goes before new ones, the lowest first', () => {
  const bench = new Bench(packetsOf(20), 6 * FULL);
  bench.send(0);
  bench.nack(100, 4);
  bench.nack(101, 2);
  bench.nack(102, 2);
  expect(bench.control.heard).toEqual([`nack ${FULL} in flight ${5 * FULL}`, `nack ${FULL} in flight ${4 * FULL}`]);
  expect(bench.send(103)).toEqual(['2r!', '4r!']);
  bench.ack(200, 0, 1, { total: FULL });
  expect(bench.send(200)).toEqual(['6!']);
});

test('a packet that was timed out and is acknowledged without having been sent again comes back into the accounts', () => {
  const bench = new Bench(packetsOf(20), 3 * FULL);
  bench.send(0);
  doubles[bench.control.windowAt] = FULL;
  expect(bench.timer(RTO)).toBe(RTO);
  expect(bench.timer(RTO)).toBe(RTO);
  expect(bench.sender.inFlightBytes(0)).toBe(FULL);
  // Packets 0 and 1 are queued. The bytes of both have arrived; the ACK names only packet 0.
  bench.ack(RTO + 1, 1, 1, { total: 2 * FULL });
  expect(bench.sender.inFlightBytes(0)).toBe(0);
  bench.ack(RTO + 2, 1, 2, { total: 2 * FULL });
  expect(bench.sender.inFlightBytes(0)).toBe(FULL);
  bench.ack(RTO + 3, 2, 3, { total: 3 * FULL });
  expect(bench.sender.inFlightBytes(0)).toBe(0);
  expect(bench.send(RTO + 3)).toEqual(['3!']);
});

test('a packet that was sent again before it is acknowledged is in flight twice, and leaves twice', () => {
  const bench = new Bench(packetsOf(20), 2 * FULL);
  bench.send(0);
  bench.timer(RTO);
  expect(bench.send(RTO)).toEqual(['0r!']);
  expect(bench.sender.inFlightBytes(0)).toBe(2 * FULL);
  bench.ack(RTO + 1, 1, 2, { total: 2 * FULL });
  expect(bench.sender.inFlightBytes(0)).toBe(0);
});

test('each transmission has a timeout of its own, with its own entropy', () => {
  const bench = new Bench(packetsOf(20), 2 * FULL);
  doubles[bench.control.windowAt] = FULL;
  bench.send(0, 7);
  doubles[bench.control.windowAt] = 2 * FULL;
  bench.send(300, 8);
  expect(bench.timer(RTO)).toBe(300 + RTO);
  expect(bench.send(RTO, 9)).toEqual(['0r!']);
  expect(bench.timer(300 + RTO)).toBe(RTO + RTO);
  expect(bench.timeouts).toEqual([7, 8]);
  bench.ack(1500, 0, 1, { total: FULL, isAgain: true });
  // Packet 1 is queued and nothing is outstanding: what is sent from now on is due in RTO at the soonest.
  expect(bench.timer(2 * RTO)).toBe(3 * RTO);
  expect(bench.timeouts).toEqual([7, 8]);
  expect(bench.control.heard.filter((line) => line.startsWith('timeout'))).toEqual([`timeout ${FULL}`, `timeout ${FULL}`]);
});

test('a sample needs one transmission, or two and an answer to the second', () => {
  const sampleOf = (sends: number, isAgain: boolean): number => {
    const bench = new Bench(packetsOf(5), FULL);
    bench.send(10);
    for (let i = 1; i < sends; i++) {
      bench.nack(i * 100, 0);
      bench.send(i * 100);
    }
    bench.ack(1000, 0, 1, { total: FULL, isAgain });
    return bench.clock[RTT]!;
  };
  expect(sampleOf(1, false)).toBe(990);
  expect(sampleOf(2, false)).toBe(-1);
  expect(sampleOf(2, true)).toBe(900);
  expect(sampleOf(3, true)).toBe(-1);
});

test('a packet in a slot that was used before has not been sent before', () => {
  const bench = new Bench(packetsOf(200), FULL);
  bench.send(0);
  bench.nack(10, 0);
  for (let seq = 0; seq < 130; seq++) {
    bench.send(1000 * seq + 100);
    bench.ack(1000 * seq + 150, seq, seq + 1, { total: (seq + 1) * FULL });
    expect(bench.clock[RTT]).toBe(seq === 0 ? -1 : 50);
  }
});

test('an answer to a packet that is not outstanding gives no sample', () => {
  const bench = new Bench(packetsOf(5), 2 * FULL);
  bench.send(10);
  bench.ack(50, 0, 1, { total: FULL });
  expect(bench.clock[RTT]).toBe(40);
  bench.ack(60, 0, 1, { total: FULL });
  expect(bench.clock[RTT]).toBe(-1);
  bench.nack(70, 1);
  expect(bench.clock[RTT]).toBe(60);
  bench.nack(80, 1);
  expect(bench.clock[RTT]).toBe(-1);
});

test('with an ACK a packet only the packets count, and one that was queued leaves the queue', () => {
  const bench = new Bench(packetsOf(20), 4 * FULL, false);
  expect(bench.send(0)).toEqual(['0', '1', '2', '3']);
  bench.nack(100, 1);
  bench.ack(101, 3, 0, { total: 0 });
  bench.ack(102, 1, 0, { total: 0 });
  expect(bench.control.heard).toEqual([
    `nack ${FULL} in flight ${3 * FULL}`,
    `ack ${FULL} una 0 next 4 in flight ${2 * FULL}`,
    `ack ${FULL} una 0 next 4 in flight ${2 * FULL}`,
  ]);
  bench.ack(103, 0, 2, { total: 0 });
  expect(bench.send(104)).toEqual(['4', '5', '6']);
});

test('no new packet goes 4096 beyond the lowest that is missing', () => {
  const bench = new Bench(packetsOf(5000), Infinity);
  expect(bench.send(0)).toHaveLength(4096);
  bench.ack(1, 5, 0, { total: FULL, base: 5, held: [5] });
  expect(bench.send(1)).toEqual([]);
  bench.ack(2, 0, 1, { total: 2 * FULL });
  expect(bench.send(2)).toEqual(['4096']);
});
