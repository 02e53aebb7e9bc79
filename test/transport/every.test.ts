import { expect, test } from 'vitest';
import { NOW } from '../../sim/engine/record.ts';
import { CoalescingReceiver } from '../../sim/transport/coalescing-receiver.ts';
import { GoBackNReceiver, GoBackNSender } from '../../sim/transport/go-back-n.ts';
import { SelectiveRepeatSender } from '../../sim/transport/selective-repeat-sender.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER } from '../../sim/transport/sender.ts';
import { ASKS, FULL, Listener, MARKED, newClock, packetsOf } from './ends.ts';

const { accept } = {
  accept: (receiver: CoalescingReceiver | GoBackNReceiver, ...packets: [number, number?][]): number[] =>
    packets.map(([seq, meta = 0]) => receiver.accept(0, seq, meta)),
};

test('one packet in three is answered, and the last one of the flow', () => {
  const receiver = new CoalescingReceiver(packetsOf(8), 3);
  const answers = [0, 1, 2, 3, 4, 5, 6, 7].map((seq) => receiver.accept(0, seq, 0));
  expect(answers).toEqual([NO_ANSWER, NO_ANSWER, ANSWER_ACK, NO_ANSWER, NO_ANSWER, ANSWER_ACK, NO_ANSWER, ANSWER_ACK]);
});

test('marks, requests, duplicates, and packets over or in a gap are answered at once, and the count starts anew', () => {
  const receiver = new CoalescingReceiver(packetsOf(50), 3);
  expect(accept(receiver, [0], [1, MARKED], [2], [3], [4])).toEqual([NO_ANSWER, ANSWER_ACK, NO_ANSWER, NO_ANSWER, ANSWER_ACK]);
  expect(accept(receiver, [5], [6, ASKS], [7], [3], [8], [9])).toEqual([
    NO_ANSWER,
    ANSWER_ACK,
    NO_ANSWER,
    ANSWER_ACK,
    NO_ANSWER,
    NO_ANSWER,
  ]);
  expect(accept(receiver, [12], [10], [11], [13])).toEqual([ANSWER_ACK, ANSWER_ACK, ANSWER_ACK, NO_ANSWER]);
});

test('a header leaves the count alone', () => {
  const receiver = new CoalescingReceiver(packetsOf(50), 3);
  accept(receiver, [0], [1]);
  expect([receiver.acceptTrimmed(0, 5), receiver.acceptTrimmed(0, 1)]).toEqual([ANSWER_NACK, ANSWER_ACK]);
  expect(receiver.accept(0, 2, 0)).toBe(ANSWER_ACK);
});

test('go-back-N counts what it accepts, and its NACK answers for what came before it', () => {
  const clock = newClock();
  const receiver = new GoBackNReceiver(packetsOf(50), 1000, 3, clock);
  expect(accept(receiver, [0], [1], [3], [2], [3], [4], [4])).toEqual([
    NO_ANSWER,
    NO_ANSWER,
    ANSWER_NACK,
    NO_ANSWER,
    NO_ANSWER,
    ANSWER_ACK,
    ANSWER_ACK,
  ]);
});

test('go-back-N takes a header for a packet out of order', () => {
  const clock = newClock();
  const receiver = new GoBackNReceiver(packetsOf(50), 1000, 1, clock);
  receiver.accept(0, 0, 0);
  expect(receiver.acceptTrimmed(0, 0)).toBe(ANSWER_ACK);
  expect(receiver.acceptTrimmed(0, 1)).toBe(ANSWER_NACK);
  expect(receiver.acceptTrimmed(0, 2)).toBe(NO_ANSWER);
  clock[NOW] = 1000;
  expect(receiver.acceptTrimmed(0, 2)).toBe(ANSWER_NACK);
});

test.each(['sr', 'gbn'])('with %s too the packet that fills the window asks for an ACK', (recovery) => {
  const flows = packetsOf(20);
  const control = new Listener(4 * FULL);
  const sender =
    recovery === 'gbn'
      ? new GoBackNSender(flows, control, true)
      : new SelectiveRepeatSender(flows, control, {
          recovers: true,
          isSprayed: false,
          bitmapPackets: null,
          asksForAcks: true,
          records: null,
        });
  const asks: boolean[] = [];
  while (sender.canSend(0)) {
    sender.take(0);
    asks.push((sender.takenFlags & ASKS) !== 0);
  }
  expect(asks).toEqual([false, false, true, true]);
});
