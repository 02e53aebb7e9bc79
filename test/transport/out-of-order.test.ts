import { describe, expect, test } from 'vitest';
import { NOW, START } from '../../sim/engine/record.ts';
import { CoalescingReceiver } from '../../sim/transport/coalescing-receiver.ts';
import { LimitedReceiver } from '../../sim/transport/limited-receiver.ts';
import { RecordSender } from '../../sim/transport/record-sender.ts';
import { SackReceiver } from '../../sim/transport/sack-receiver.ts';
import { SelectiveRepeatReceiver } from '../../sim/transport/selective-repeat-receiver.ts';
import { SelectiveRepeatSender } from '../../sim/transport/selective-repeat-sender.ts';
import { ANSWER_ACK, ANSWER_DISCARD, ANSWER_NACK, NO_ANSWER } from '../../sim/transport/sender.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { runEngine } from '../oracle/engine-run.ts';
import { fabric, oracleInput, scenarioWith } from '../oracle/fixtures.ts';
import { runOracle } from '../oracle/oracle.ts';
import { ANSWER, ASKS, FULL, Listener, newClock, packetsOf, readSelective } from './ends.ts';

const A = ANSWER_ACK;
const D = ANSWER_DISCARD;

describe('a receiver', () => {
  const limited = (places: number) => new LimitedReceiver(new SelectiveRepeatReceiver(packetsOf(8)), places);
  const accept = (receiver: LimitedReceiver, ...packets: number[]): number[] => packets.map((seq) => receiver.accept(0, seq, 0, FULL));

  test('without places discards whatever is out of order', () => {
    const receiver = limited(0);
    expect(accept(receiver, 0, 2, 3, 1, 3, 2, 1)).toEqual([A, D, D, A, D, A, A]);
    expect([receiver.expected(0), receiver.reorderMaxPackets]).toEqual([3, 0]);
  });

  test('with two places holds two packets above the gap, and knows again what it holds', () => {
    const receiver = limited(2);
    expect(accept(receiver, 1, 4, 2, 4, 1, 0)).toEqual([A, A, D, A, A, A]);
    expect([receiver.expected(0), receiver.held(0), receiver.reorderMaxPackets]).toEqual([2, 1, 2]);
    expect(accept(receiver, 3, 2)).toEqual([A, A]);
    expect(receiver.expected(0)).toBe(5);
  });

  test('answers a header as ever', () => {
    const receiver = limited(0);
    expect([receiver.acceptTrimmed(0, 3), receiver.acceptTrimmed(0, 0)]).toEqual([ANSWER_NACK, ANSWER_NACK]);
  });

  test('is not complete with a packet that it discards', () => {
    const receiver = new LimitedReceiver(new SelectiveRepeatReceiver(packetsOf(1)), 0);
    receiver.accept(0, 0, 0, FULL);
    expect(receiver.completedNow).toBe(true);
    const others = new LimitedReceiver(new SelectiveRepeatReceiver(packetsOf(2)), 0);
    others.accept(0, 0, 0, FULL);
    others.accept(0, 1, 0, FULL);
    expect(others.completedNow).toBe(true);
  });

  test('counts a discarded packet neither towards one ACK in three nor towards the bytes of selective ACKs', () => {
    const counting = new LimitedReceiver(new CoalescingReceiver(packetsOf(50), 3), 0);
    expect([0, 1, 7, 2, 3].map((seq) => counting.accept(0, seq, 0, FULL))).toEqual([NO_ANSWER, NO_ANSWER, D, A, NO_ANSWER]);
    const selective = new LimitedReceiver(new SackReceiver(packetsOf(50)), 0);
    expect([0, 1, 2, 7, 8, 3].map((seq) => selective.accept(0, seq, 0, FULL))).toEqual([A, NO_ANSWER, NO_ANSWER, D, D, NO_ANSWER]);
    selective.accept(0, 4, ASKS, FULL);
    expect(readSelective(selective, 0, 4).total).toBe(5 * FULL);
  });
});

describe('a sender that hears that a packet was discarded', () => {
  test('with selective repeat takes it for a sign that the packet came: what was sent three before is lost', () => {
    const clock = newClock();
    const control = new Listener(100 * FULL);
    const options = { recovers: true, isSprayed: false, bitmapPackets: null, asksForAcks: false, records: null };
    const sender = new SelectiveRepeatSender(packetsOf(100), control, options);
    for (let i = 0; i < 8; i++) sender.take(0);
    for (const seq of [1, 2]) sender.onDiscard(0, seq, ANSWER);
    expect([control.heard, sender.inFlightBytes(0)]).toEqual([[], 8 * FULL]);
    sender.onDiscard(0, 3, ANSWER);
    expect([control.heard, sender.inFlightBytes(0)]).toEqual([['loss'], 7 * FULL]);
    sender.take(0);
    expect(sender.takenSeq).toBe(0);
    sender.onAck(0, 0, 1, false, ANSWER);
    // Packet 0 went again as number 8: 1 to 5 were sent three before it.
    expect(sender.inFlightBytes(0)).toBe(2 * FULL);
    clock[NOW] = 0;
  });

  test('with records sends it again at once, as if it had been trimmed at the last hop', () => {
    const clock = newClock();
    const control = new Listener(100 * FULL);
    const options = { clock, sackWord: 0, asksForAcks: false, rtoPs: 1000, losses: null, credit: null };
    const sender = new RecordSender(packetsOf(100), control, options);
    for (let i = 0; i < 3; i++) {
      clock[START] = i;
      sender.take(0);
      sender.noteSent(0, 0);
    }
    sender.onDiscard(0, 1, ANSWER);
    expect(control.heard).toEqual([`nack ${FULL} last hop in flight ${2 * FULL}`]);
    sender.take(0);
    expect([sender.takenSeq, sender.takenAgain]).toEqual([1, 1]);
  });
});

describe('in the network', () => {
  /**
   * Two hosts of one leaf send to a third. The first packet of the second one finds a full queue; the other three go through, 83.2 ns apart,
   * and are answered from 2,252,160 ps on.
   */
  const input = (places: Pick<TransportSpec, 'reorderPackets'>) => {
    const builder = new ScheduleBuilder(3);
    const phase = builder.phase('both');
    builder.message(0, 2, 4096, phase);
    builder.message(1, 2, 4 * 4096, phase);
    const scenario = scenarioWith({
      topology: fabric(1, 3, 1),
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 20_000_000, nackIntervalPs: 0, ...places },
      switch: { ...DROPTAIL, queueBytes: 1.5 * 4160, ecn: 'off' },
    });
    return oracleInput(scenario, builder.build());
  };
  /** There and back of a packet and its ACK. */
  const ROUND = 2 * (83_200 + 500_000 + 1280 + 500_000);
  const resentPs = 2_252_160 + 2 * 83_200;

  test.each([
    ['place: the lost packet alone goes again', {}, resentPs + ROUND, 1, 3],
    ['drop: so do the others, one a round trip, each found lost by the one before', { reorderPackets: 0 }, resentPs + 4 * ROUND, 4, 0],
    // The last packet is discarded, and nothing is sent after it: its timeout counts from the last answer.
    ['two places: and the third', { reorderPackets: 2 }, resentPs + ROUND + 20_000_000 + ROUND, 2, 2],
  ])('%s', (_, places, fctPs, retransmits, reorder) => {
    for (const result of [runOracle(input(places)), runEngine(input(places))]) {
      expect([result.fctPs[2], result.retransmits, result.reorderMaxPackets, result.drops]).toEqual([fctPs, retransmits, reorder, 1]);
    }
  });
});
