import { describe, expect, test } from 'vitest';
import { scripted, SLOT_PS } from './link-fixture.ts';

describe('a queue of PDUs', () => {
  test('sends in order, and a packet is delivered at the end of the slot that carries its last PDU', () => {
    const link = scripted('');
    link.arrive(1, 2);
    link.arrive(2, 3);
    expect(link.serve(3)).toBe(3);
    expect(link.fates).toEqual([{ tag: 1, outcome: 'delivered', delayPs: SLOT_PS }]);
    expect(link.serve(3)).toBe(2);
    expect(link.fates[1]).toEqual({ tag: 2, outcome: 'delivered', delayPs: 2 * SLOT_PS });
    expect(link.queue.backlogPdus).toBe(0);
  });

  test('keeps failed PDUs at the head, in their order, before those that have not been sent', () => {
    // Slot 1 sends a b c: a and c fail. Slot 2 sends a c d: c fails. Slot 3 sends c e.
    const link = scripted('x.x.x...');
    for (const tag of [1, 2, 3, 4, 5]) link.arrive(tag);
    link.serve(3);
    expect(link.told()).toEqual(['2:delivered']);
    link.serve(3);
    expect(link.told().slice(1)).toEqual(['1:delivered', '4:delivered']);
    link.serve(3);
    expect(link.told().slice(3)).toEqual(['3:delivered', '5:delivered']);
    expect(link.fates.map(({ delayPs }) => delayPs / SLOT_PS)).toEqual([1, 2, 2, 3, 3]);
  });

  test('tells the radio how many of a slot arrived and failed, and counts attempts', () => {
    const link = scripted('x.x...');
    for (const tag of [1, 2, 3, 4]) link.arrive(tag);
    link.serve(4);
    link.serve(4);
    expect(link.radio.answers).toEqual([
      [2, 2],
      [2, 0],
    ]);
    expect([link.queue.sent, link.queue.failed, link.queue.givenUp]).toEqual([6, 2, 0]);
  });

  test('has N_r retransmissions in N_r + 1 attempts (trap)', () => {
    const link = scripted('xxx.', { maxAttempts: 2 + 1 });
    link.arrive(1);
    link.arrive(2);
    for (let slot = 0; slot < 4; slot++) link.serve(1);
    expect(link.told()).toEqual(['1:wireless', '2:delivered']);
    expect(link.fates[0]!.delayPs).toBe(3 * SLOT_PS);
    expect(link.queue.givenUp).toBe(1);
  });

  test('loses a packet of several PDUs as a whole, once, and sends nothing of it afterwards', () => {
    // One attempt each: the second PDU of packet 1 fails; its third is not sent in the same slot, nor its fourth and fifth in the next.
    const link = scripted('.x..', { maxAttempts: 1 });
    link.arrive(1, 5);
    link.arrive(2, 2);
    expect(link.serve(3)).toBe(3);
    expect(link.told()).toEqual(['1:wireless']);
    expect(link.queue.backlogPdus).toBe(1);
    link.serve(3);
    expect(link.told()).toEqual(['1:wireless', '2:delivered']);
    expect(link.queue.sent).toBe(4);
  });

  test('drops what waits of a lost packet at once: it holds no room, no place at the head and no slot', () => {
    // Slots 1 and 2: the first PDU of packet 1 fails and then arrives. Slots 4 and 5: its second one fails twice.
    const link = scripted('x.xx', { maxAttempts: 2, capacityPdus: 5 });
    link.arrive(1, 3);
    link.serve(1);
    link.serve(1);
    link.skip(1);
    link.arrive(2);
    link.serve(1);
    expect(link.told()).toEqual([]);
    link.serve(1);
    expect(link.told()).toEqual(['1:wireless']);
    expect(link.queue.backlogPdus).toBe(1);
    expect(link.queue.headArrivalPs()).toBe(3 * SLOT_PS);
    for (const tag of [3, 4, 5, 6]) link.arrive(tag);
    expect(link.told()).toEqual(['1:wireless']);
  });

  test('counts attempts by PDU, not by packet', () => {
    const link = scripted('.x.xxx', { maxAttempts: 2 });
    link.arrive(1, 4);
    // Slot 1: PDU 1 arrives, PDU 2 fails. Slot 2: PDU 2 arrives, PDU 3 fails. Slot 3: PDU 3 fails for good; PDU 4 is not tried.
    link.serve(2);
    link.serve(2);
    expect(link.serve(2)).toBe(1);
    expect(link.told()).toEqual(['1:wireless']);
    expect(link.queue.backlogPdus).toBe(0);
  });

  test('gives classes their own number of attempts, never more than the link', () => {
    const link = scripted('xxxxxxxx', { maxAttempts: 3, attemptsOfClass: [7, 2, 1] });
    link.arrive(0, 1, Infinity, 0);
    link.arrive(1, 1, Infinity, 1);
    link.arrive(2, 1, Infinity, 2);
    for (let slot = 0; slot < 3; slot++) link.serve(3);
    expect(link.fates).toEqual([
      { tag: 2, outcome: 'wireless', delayPs: SLOT_PS },
      { tag: 1, outcome: 'wireless', delayPs: 2 * SLOT_PS },
      { tag: 0, outcome: 'wireless', delayPs: 3 * SLOT_PS },
    ]);
  });

  test('loses what has no room for all of its PDUs, and keeps nothing of it', () => {
    const link = scripted('', { capacityPdus: 4 });
    link.arrive(1, 3);
    link.arrive(2, 2);
    link.arrive(3, 1);
    expect(link.fates).toEqual([{ tag: 2, outcome: 'congestion', delayPs: 0 }]);
    expect(link.queue.backlogPdus).toBe(4);
  });

  test('grows while its ring is turned', () => {
    const link = scripted('');
    for (let tag = 0; tag < 60; tag++) link.arrive(tag);
    link.serve(50);
    for (let tag = 60; tag < 400; tag++) link.arrive(tag);
    link.serve(400);
    expect(link.fates.map(({ tag }) => tag)).toEqual(Array.from({ length: 400 }, (_, tag) => tag));
  });
});

describe('a deadline', () => {
  test('bounds the attempts: none is kept that could not arrive any more', () => {
    // Deadline at the end of slot 3: the attempts of slots 1, 2 and 3 fit.
    const link = scripted('xxx', { deadline: true });
    link.arrive(1, 1, 3 * SLOT_PS);
    for (let slot = 0; slot < 3; slot++) link.serve(1);
    expect(link.fates).toEqual([{ tag: 1, outcome: 'deadline', delayPs: 3 * SLOT_PS }]);
    expect([link.queue.sent, link.queue.givenUp]).toEqual([3, 1]);
  });

  test('spares the air what would arrive too late', () => {
    const link = scripted('', { deadline: true });
    link.arrive(1, 2, 2.5 * SLOT_PS);
    link.arrive(2);
    link.skip(2);
    expect(link.serve(3)).toBe(1);
    expect(link.told()).toEqual(['1:deadline', '2:delivered']);
    expect(link.queue.backlogPdus).toBe(0);
  });

  test('does nothing where the link is not told to heed it', () => {
    const link = scripted('x');
    link.arrive(1, 1, 1.5 * SLOT_PS);
    link.serve(1);
    link.serve(1);
    expect(link.told()).toEqual(['1:delivered']);
  });

  test('drops from the head, whole packets, what is past it', () => {
    const link = scripted('x');
    link.arrive(1, 3, SLOT_PS);
    link.arrive(2, 1, 2 * SLOT_PS);
    link.serve(2);
    link.queue.dropLate(2 * SLOT_PS);
    expect(link.told()).toEqual(['1:deadline']);
    expect(link.queue.backlogPdus).toBe(1);
    link.queue.dropLate(2 * SLOT_PS + 1);
    expect(link.told()).toEqual(['1:deadline', '2:deadline']);
    expect(link.queue.headArrivalPs()).toBe(Infinity);
  });
});

describe('combining', () => {
  test('asks for the error rate at the SNR of one attempt where there is none', () => {
    const link = scripted('xx.', { harq: 'none' });
    link.arrive(1);
    for (let slot = 0; slot < 3; slot++) link.serve(1);
    expect(link.radio.asked).toEqual(Array.from({ length: 3 }, () => [0, 2]));
  });

  test('of Chase adds SNR', () => {
    const link = scripted('xx.', { harq: 'chase' });
    link.arrive(1);
    for (let slot = 0; slot < 3; slot++) link.serve(1);
    // The queue asks once a slot for first attempts, and then for the PDU.
    expect(link.radio.asked.filter(([before]) => before > 0)).toEqual([
      [2, 4],
      [4, 6],
    ]);
  });

  test('with incremental redundancy adds mutual information: log2(1 + SNR)', () => {
    const link = scripted('xx.', { harq: 'ir' });
    link.arrive(1);
    for (let slot = 0; slot < 3; slot++) link.serve(1);
    // (1 + 2)^2 - 1 and (1 + 2)^3 - 1.
    expect(link.radio.asked.filter(([before]) => before > 0)).toEqual([
      [2, 8],
      [8, 26],
    ]);
  });

  test('does not carry over to the next PDU', () => {
    const link = scripted('x..', { harq: 'chase' });
    link.arrive(1);
    link.arrive(2);
    link.serve(1);
    link.serve(1);
    link.radio.asked = [];
    link.serve(1);
    expect(link.radio.asked).toEqual([[0, 2]]);
  });
});

describe('the pause', () => {
  test('after so many failures in a row sends nothing, then one PDU at a time until one arrives', () => {
    const link = scripted('xxxx.', { pauseNacks: 3, pauseSlots: 2 });
    for (let tag = 0; tag < 6; tag++) link.arrive(tag);
    // Three fail in slot 1; slots 2 and 3 pause; slot 4 tries one, which fails; 5 and 6 pause; 7 tries one, which arrives; 8 sends again.
    expect(Array.from({ length: 8 }, () => link.serve(3))).toEqual([3, 0, 0, 1, 0, 0, 1, 3]);
    expect(link.told()[0]).toBe('0:delivered');
  });

  test('does not come where an arrival breaks the row', () => {
    const link = scripted('xx.xx.', { pauseNacks: 3, pauseSlots: 2 });
    for (let tag = 0; tag < 6; tag++) link.arrive(tag);
    expect([link.serve(3), link.serve(3), link.serve(3)]).toEqual([3, 3, 3]);
  });
});
