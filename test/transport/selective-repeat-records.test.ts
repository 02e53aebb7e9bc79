import { arena } from '../../sim/engine/arena.ts';
import { expect, test } from 'vitest';
import { ACK, NACK } from '../../sim/base/packet.ts';
import { NOW, RTT, START } from '../../sim/engine/record.ts';
import { SelectiveRepeatSender } from '../../sim/transport/selective-repeat-sender.ts';
import { AGAIN_FLAG, ANSWER, FULL, Listener, newClock, packetsOf } from './ends.ts';

/** A selective-repeat sender with records; packet i of the first round is sent at 10 i with entropy 100 + i. */
function bench(packets: number, recovers = true) {
  const clock = newClock();
  const control = new Listener(packets * FULL);
  const heard: string[] = [];
  const losses = {
    onLoss: (_flow: number, entropy: number) => void heard.push(`loss ${entropy}`),
    onTimeout: (_flow: number, entropy: number) => void heard.push(`timeout ${entropy}`),
  };
  const sender = new SelectiveRepeatSender(packetsOf(100), control, {
    recovers,
    isSprayed: false,
    bitmapPackets: null,
    asksForAcks: false,
    records: { clock, losses },
  });
  const send = (atPs: number, entropy: number): number => {
    clock[START] = atPs;
    sender.take(0);
    sender.noteSent(0, entropy);
    return sender.takenSeq;
  };
  for (let seq = 0; seq < packets; seq++) send(10 * seq, 100 + seq);
  const ack = (atPs: number, seq: number, isAgain = false): number => {
    clock[NOW] = atPs;
    arena[ANSWER + 3] = ACK | (isAgain ? AGAIN_FLAG : 0);
    sender.onAck(0, seq, 0, false, ANSWER);
    return clock[RTT]!;
  };
  const nack = (atPs: number, seq: number): void => {
    clock[NOW] = atPs;
    arena[ANSWER + 3] = NACK;
    sender.onNack(0, seq, 0, true, ANSWER);
  };
  return { clock, control, heard, sender, send, ack, nack };
}

test('packets found lost by reordering are told with their entropies, the lowest first, each once', () => {
  const { heard, control, ack } = bench(10);
  ack(500, 2);
  expect(heard).toEqual([]);
  ack(501, 6);
  expect(heard).toEqual(['loss 100', 'loss 101', 'loss 103']);
  ack(502, 7);
  expect(heard).toEqual(['loss 100', 'loss 101', 'loss 103', 'loss 104']);
  expect(control.heard.filter((line) => line === 'loss')).toHaveLength(2);
});

test('a packet sent again is told with the entropy of its latest transmission', () => {
  const { heard, ack, send } = bench(10);
  ack(500, 3);
  expect(heard).toEqual(['loss 100']);
  expect(send(510, 777)).toBe(0);
  send(511, 110);
  send(512, 111);
  send(513, 112);
  ack(600, 12);
  expect(heard.filter((line) => line.endsWith('777'))).toEqual(['loss 777']);
});

test('a timeout tells every packet that is still outstanding', () => {
  const { heard, sender, ack } = bench(5);
  ack(500, 1);
  sender.onTimeout(0);
  expect(heard).toEqual(['timeout 100', 'timeout 102', 'timeout 103', 'timeout 104']);
});

test('a NACK of a trimmed packet is an exact loss: no rule of reordering, and no entropy told', () => {
  const { heard, control, sender, nack, send } = bench(5);
  nack(500, 3);
  nack(501, 3);
  expect(control.heard).toEqual([`nack ${FULL} last hop in flight ${4 * FULL}`]);
  expect(heard).toEqual([]);
  expect(send(510, 9)).toBe(3);
  expect(sender.takenFlags).toBe(AGAIN_FLAG);
});

test('without recovery a NACK changes nothing', () => {
  const { control, sender, nack } = bench(5, false);
  nack(500, 3);
  expect(control.heard).toEqual([]);
  expect(sender.inFlightBytes(0)).toBe(5 * FULL);
});

test('samples are taken from the start of a transmission, and follow the rule for packets sent twice', () => {
  const { ack, nack, send } = bench(10);
  expect(ack(500, 2)).toBe(480);
  expect(ack(501, 2)).toBe(-1);
  nack(502, 1);
  expect(ack(503, 1)).toBe(-1);
  nack(504, 0);
  expect(send(510, 1)).toBe(0);
  expect(ack(600, 0)).toBe(-1);
  nack(601, 3);
  expect(send(610, 1)).toBe(3);
  expect(ack(700, 3, true)).toBe(90);
});

test('records survive when the ring of slots grows', () => {
  const { ack } = bench(90);
  expect([ack(1000, 0), ack(1000, 63), ack(1000, 64), ack(1000, 89)]).toEqual([1000, 370, 360, 110]);
});
