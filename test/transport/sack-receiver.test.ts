import { expect, test } from 'vitest';
import { arena } from '../../sim/engine/arena.ts';
import { SackReceiver, TOTAL_MASK } from '../../sim/transport/sack-receiver.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER } from '../../sim/transport/sender.ts';
import { ASKS, EXTRA, FULL, MARKED, packetsOf, readSelective } from './ends.ts';

test('an unmarked flow gets an ACK for its first packet, and then one for every fourth of 4160 B', () => {
  const receiver = new SackReceiver(packetsOf(20));
  const answered: number[] = [];
  for (let seq = 0; seq < 20; seq++) {
    if (receiver.accept(0, seq, seq === 19 ? ASKS : 0, FULL) === ANSWER_ACK) answered.push(seq);
  }
  expect(answered).toEqual([0, 4, 8, 12, 16, 19]);
  expect(receiver.completedNow).toBe(true);
  expect(readSelective(receiver, 0, 19)).toEqual({ base: 19, held: [], total: 20 * FULL });
});

test('16,384 B are enough and 16,383 B are not', () => {
  for (const [bytes, answer] of [
    [16_384, ANSWER_ACK],
    [16_383, NO_ANSWER],
  ] as const) {
    const receiver = new SackReceiver(packetsOf(4));
    receiver.accept(0, 0, 0, FULL);
    expect(receiver.accept(0, 1, 0, bytes)).toBe(answer);
  }
});

test('a mark and a request are answered at once, with the packet itself as base; other answers look 63 packets back', () => {
  const receiver = new SackReceiver(packetsOf(200));
  receiver.accept(0, 0, 0, FULL);
  expect(receiver.accept(0, 100, MARKED, FULL)).toBe(ANSWER_ACK);
  expect(readSelective(receiver, 0, 100)).toEqual({ base: 100, held: [100], total: 2 * FULL });
  expect(receiver.accept(0, 99, ASKS, FULL)).toBe(ANSWER_ACK);
  expect(readSelective(receiver, 0, 99)).toEqual({ base: 99, held: [99, 100], total: 3 * FULL });
  for (const seq of [40, 3, 69]) expect(receiver.accept(0, seq, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 101, 0, FULL)).toBe(ANSWER_ACK);
  expect(readSelective(receiver, 0, 101)).toEqual({ base: 38, held: [40, 69, 99, 100, 101], total: 7 * FULL });
});

test('the base never lies at or below the next expected packet', () => {
  const receiver = new SackReceiver(packetsOf(10));
  receiver.accept(0, 0, 0, FULL);
  for (const seq of [2, 3, 4]) receiver.accept(0, seq, 0, FULL);
  expect(receiver.accept(0, 5, 0, FULL)).toBe(ANSWER_ACK);
  expect(receiver.expected(0)).toBe(1);
  expect(readSelective(receiver, 0, 5)).toEqual({ base: 2, held: [2, 3, 4, 5], total: 5 * FULL });
});

test('a request over a gap is answered again when the last gap closes, and only then', () => {
  const receiver = new SackReceiver(packetsOf(10));
  receiver.accept(0, 0, 0, FULL);
  expect(receiver.accept(0, 4, ASKS, FULL)).toBe(ANSWER_ACK);
  expect(receiver.accept(0, 1, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 2, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 3, 0, FULL)).toBe(ANSWER_ACK);
  expect(receiver.expected(0)).toBe(5);
  expect(receiver.accept(0, 5, 0, FULL)).toBe(NO_ANSWER);
});

test('a duplicate is answered at once and starts the count of bytes anew, but adds nothing to the total', () => {
  const receiver = new SackReceiver(packetsOf(10));
  for (const seq of [0, 1, 2, 3]) receiver.accept(0, seq, 0, FULL);
  expect(receiver.accept(0, 1, ASKS, FULL)).toBe(ANSWER_ACK);
  expect(readSelective(receiver, 0, 1)).toEqual({ base: 5, held: [], total: 4 * FULL });
  for (const seq of [4, 5, 6]) expect(receiver.accept(0, seq, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 7, 0, FULL)).toBe(ANSWER_ACK);
});

test('a header calls for a NACK, but for an ACK where the packet has come before', () => {
  const receiver = new SackReceiver(packetsOf(10));
  receiver.accept(0, 0, 0, FULL);
  receiver.accept(0, 2, 0, FULL);
  expect(receiver.acceptTrimmed(0, 1)).toBe(ANSWER_NACK);
  expect(receiver.acceptTrimmed(0, 0)).toBe(ANSWER_ACK);
  expect(receiver.acceptTrimmed(0, 2)).toBe(ANSWER_ACK);
  expect(readSelective(receiver, 0, 2)).toEqual({ base: 2, held: [2], total: 2 * FULL });
  // The headers neither counted as bytes nor were taken in.
  expect(receiver.accept(0, 3, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 4, 0, FULL)).toBe(NO_ANSWER);
  expect(receiver.accept(0, 5, 0, FULL)).toBe(ANSWER_ACK);
});

test('no word in the upper half of a pair is a NaN, whatever has arrived: records are copied two words at a time', () => {
  const receiver = new SackReceiver(packetsOf(300_000));
  for (let seq = 1; seq < 1000; seq++) receiver.accept(0, seq, MARKED, 65_535);
  for (let seq = 1000; seq < 40_000; seq++) receiver.accept(0, seq, 0, 65_535);
  receiver.writeExtra(0, 0, EXTRA);
  const words = arena.subarray(EXTRA, EXTRA + 4);
  for (const upper of [words[1]!, words[3]!]) expect(upper >= 0 && upper < 0x7ff00000).toBe(true);
  expect(words[3]).toBe((39_999 * 65_535) & TOTAL_MASK);
});
