import { Region } from '../../sim/engine/arena.ts';
import { describe, expect, test } from 'vitest';
import { jobFlows } from '../../sim/base/job-flows.ts';
import { NOW, RTT, START } from '../../sim/engine/record.ts';
import { Fixed } from '../../sim/transport/fixed.ts';
import { GoBackNSender } from '../../sim/transport/go-back-n.ts';
import { MixedControl } from '../../sim/transport/mixed-control.ts';
import { MixedSender } from '../../sim/transport/mixed-sender.ts';
import { SelectiveRepeatSender } from '../../sim/transport/selective-repeat-sender.ts';
import { ANSWER, FULL, Listener, flowTable, newClock } from './ends.ts';

/** Flows 0 and 2 are of job 1, which goes back; flow 1 is of job 0, which keeps records. */
function ends(): { sender: MixedSender; clock: Float64Array; goBack: Listener; selective: Listener } {
  const clock = newClock();
  const goBack = new Listener(Infinity);
  const selective = new Listener(Infinity);
  const records = { clock, losses: null };
  const senders = [
    new SelectiveRepeatSender(flowTable(3 * 4096), selective, {
      recovers: true,
      isSprayed: false,
      bitmapPackets: null,
      asksForAcks: false,
      records,
    }),
    new GoBackNSender(flowTable(1000, 2 * 4096), goBack, false),
  ];
  return { sender: new MixedSender(senders, jobFlows(Uint8Array.of(1, 0, 1), 2), clock), clock, goBack, selective };
}

describe('the senders of several jobs as one', () => {
  test('each flow is sent by the sender of its job, under its number there', () => {
    const { sender } = ends();
    const taken = [0, 1, 2].map((flow) => {
      const mayGoOn = sender.take(flow);
      return [mayGoOn, sender.takenSeq, sender.takenBytes, sender.inFlightBytes(flow), sender.isComplete(flow)];
    });
    expect(taken).toEqual([
      [false, 0, 1064, 1064, false],
      [true, 0, FULL, FULL, false],
      [true, 0, FULL, FULL, false],
    ]);
  });

  test('an answer reaches the control of its job only', () => {
    const { sender, goBack, selective } = ends();
    sender.take(2);
    sender.onAck(2, 0, 1, false, ANSWER);
    expect([goBack.heard.length, selective.heard.length]).toEqual([1, 0]);
  });

  test('a sender without records does not leave the sample of another job in place', () => {
    const { sender, clock } = ends();
    clock[START] = 100;
    for (const flow of [1, 2]) {
      sender.take(flow);
      sender.noteSent(flow, 0);
    }
    clock[NOW] = 900;
    sender.onAck(1, 0, 1, false, ANSWER);
    expect(clock[RTT]).toBe(800);
    sender.onAck(2, 0, 1, false, ANSWER);
    expect(clock[RTT]).toBe(-1);
  });
});

test('of the controls of several jobs, an unpaced flow has an infinite rate beside paced ones, which have theirs when they send', () => {
  const fixed = { kind: 'fixed', windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 0 } as const;
  const region = new Region();
  const unpaced = new Fixed({ ...fixed, rateBps: null }, { region, flows: 1, lineRateBps: 400e9 });
  const paced = new Fixed({ ...fixed, rateBps: 7e9 }, { region, flows: 2, lineRateBps: 400e9 });
  const control = new MixedControl([unpaced, paced], jobFlows(Uint8Array.of(1, 0, 1), 2));
  paced.rateBps![1] = 3e9;
  for (const flow of [0, 1, 2]) control.onTransmit(flow, FULL);
  expect([...control.rateBps!]).toEqual([7e9, Infinity, 3e9]);
  expect(new MixedControl([unpaced, unpaced], jobFlows(Uint8Array.of(1, 0, 1), 2)).rateBps).toBeNull();
});
