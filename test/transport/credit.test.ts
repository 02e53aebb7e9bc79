import { doubles, Region } from '../../sim/engine/arena.ts';
import { describe, expect, test } from 'vitest';
import { DUE, NOW, START } from '../../sim/engine/record.ts';
import { CreditGate } from '../../sim/transport/credit-gate.ts';
import { CAME_AS_HEADER, CAME_AS_RTS, CAME_WHOLE, PullQueue, PullState } from '../../sim/transport/pull-queue.ts';
import { RecordSender } from '../../sim/transport/record-sender.ts';
import { ANSWER, ASKS, FULL, Listener, SACK_WORD, newClock, packetsOf, writeSelective } from './ends.ts';

const MAX_CREDIT = 325_344;
/** Serialisation of a quantum at 0.99 x 400 Gb/s: 256 * 8 / 0.396 ps. */
const RATE = 400e9;
const QUANTUM_PS = (256 * 8e12) / (0.99 * RATE);

function gateOf(flows: number, clock: Float64Array, countsPackets = false, initialCredit = MAX_CREDIT, windowBytes = Infinity): CreditGate {
  const windowAt = new Region().doubles(flows);
  doubles.fill(windowBytes, windowAt, windowAt + flows);
  const window = { windowAt, windowStride: 1 };
  return new CreditGate({ flows, clock, fullBytes: FULL, countsPackets, initialCredit, rtsIntervalPs: 500, ...window });
}

describe('credit at the sender', () => {
  test('a flow sends while its credit is above 0, and the last packet may overdraw', () => {
    const gate = gateOf(1, newClock(), false, 2 * FULL + 1);
    const admitted = [0, 1, 2].map(() => {
      gate.spend(0, FULL);
      return gate.admits(0);
    });
    expect(admitted).toEqual([true, true, false]);
  });

  test('the first answer takes the rest of the speculative credit, but not what was overdrawn', () => {
    const clock = newClock();
    const gate = gateOf(2, clock);
    gate.spend(0, FULL);
    gate.onAnswer(0);
    gate.onPull(0, 1);
    expect(gate.admits(0)).toBe(true);
    gate.spend(0, 256);
    expect(gate.admits(0)).toBe(false);
    gate.spend(1, MAX_CREDIT + 512);
    gate.onPull(1, 2);
    expect(gate.admits(1)).toBe(false);
    gate.onPull(1, 3);
    expect(gate.admits(1)).toBe(true);
  });

  test('a PULL counts from the one before it: lost ones are made up for, and old ones give nothing', () => {
    const gate = gateOf(1, newClock());
    gate.onPull(0, 64);
    gate.onPull(0, 192);
    gate.onPull(0, 128);
    gate.spend(0, 192 * 256 - 1);
    expect(gate.admits(0)).toBe(true);
    gate.spend(0, 1);
    expect(gate.admits(0)).toBe(false);
  });

  test('beside a window no more is asked for than it holds and a packet beyond', () => {
    const gate = gateOf(1, newClock(), false, MAX_CREDIT, 10 * FULL + 0.5);
    gate.onAnswer(0); // takes all credit
    gate.aim(0, 100, FULL, 0);
    expect(gate.target).toBe(Math.ceil((11 * FULL) / 256));
    gate.eligibleFlows = 2;
    gate.aim(0, 100, FULL, 0);
    expect(gate.target).toBe(Math.ceil(Math.trunc((11 * FULL + 0.5) / 2) / 256));
  });

  test('credit never exceeds the largest window', () => {
    const gate = gateOf(1, newClock());
    gate.onPull(0, 100_000);
    gate.spend(0, MAX_CREDIT);
    expect(gate.admits(0)).toBe(false);
  });

  test('a packet asks for what is left beyond its credit, shared among the flows that may send', () => {
    const gate = gateOf(1, newClock());
    const asks = (unsent: number, queued = 0): number => {
      gate.aim(0, unsent, unsent > 0 ? FULL : 0, queued);
      return gate.target;
    };
    // Speculating, with more credit than backlog: one packet.
    gate.spend(0, FULL);
    expect(asks(10)).toBe(Math.ceil(FULL / 256));
    gate.onAnswer(0);
    // Credit 0: the whole backlog, up to the largest window.
    expect(asks(10)).toBe(Math.ceil((10 * FULL) / 256));
    expect(asks(9, 2 * FULL)).toBe(Math.ceil((11 * FULL) / 256));
    expect(asks(1000)).toBe(Math.ceil(MAX_CREDIT / 256));
    gate.eligibleFlows = 3;
    expect(asks(10)).toBe(Math.ceil(Math.trunc((10 * FULL) / 3) / 256));
    gate.eligibleFlows = 1;
    gate.onPull(0, 64);
    expect(asks(10)).toBe(64 + Math.ceil((10 * FULL - 64 * 256) / 256));
  });

  test('ndp counts packets, keeps its first window, and gives a timeout its packet back', () => {
    const gate = gateOf(1, newClock(), true, 2);
    gate.spend(0, FULL);
    gate.onAnswer(0);
    expect(gate.admits(0)).toBe(true);
    gate.spend(0, 100);
    expect(gate.admits(0)).toBe(false);
    gate.onTimer(0, true, 0, 0);
    expect(gate.rtsSeq).toBe(-1);
    expect(gate.admits(0)).toBe(true);
    gate.onTimer(0, false, 0, 0);
    gate.spend(0, FULL);
    expect(gate.admits(0)).toBe(false);
    gate.onTimer(0, false, 0, 0);
    expect(gate.admits(0)).toBe(true);
    gate.spend(0, FULL);
    gate.onPull(0, 3);
    for (let i = 0; i < 3; i++) {
      expect(gate.admits(0)).toBe(true);
      gate.spend(0, FULL);
    }
    expect(gate.admits(0)).toBe(false);
  });

  test('a timed-out packet without credit calls for an RTS, one a round trip, and packets ask for ACKs where credit ends', () => {
    const clock = newClock();
    const credit = gateOf(1, clock, false, 2 * FULL);
    const options = { clock, sackWord: SACK_WORD, asksForAcks: true, rtoPs: 1000, losses: null, credit };
    const sender = new RecordSender(packetsOf(10), new Listener(Infinity), options);
    const flags: boolean[] = [];
    for (let at = 0; sender.canSend(0); at += 10) {
      clock[START] = at;
      sender.take(0);
      sender.noteSent(0, 40 + at);
      flags.push((sender.takenFlags & ASKS) !== 0);
    }
    expect(flags).toEqual([false, true]);
    // Eight packets left; the credit is used up.
    expect(sender.takenPull).toBe(Math.ceil((2 * FULL) / 256));
    const timer = (atPs: number): number => {
      clock[NOW] = atPs;
      sender.onTimer(0);
      return credit.rtsSeq;
    };
    expect(timer(1000)).toBe(0);
    expect([credit.rtsEntropy, credit.target]).toEqual([50, Math.ceil((2 * FULL) / 256)]);
    expect(timer(1010)).toBe(-1);
    // The RTS was lost: there is nothing outstanding, and the timer asks again.
    expect(timer(1500)).toBe(0);
    // A PULL opens the gate: the queued packets go first.
    credit.onPull(0, 17);
    expect(sender.canSend(0)).toBe(true);
    sender.take(0);
    expect(sender.takenSeq).toBe(0);
    clock[NOW] = 1600;
    writeSelective({ total: 2 * FULL });
    sender.onAck(0, 1, 2, false, ANSWER);
    expect(sender.inFlightBytes(0)).toBe(0);
  });
});

describe('the pull queue', () => {
  function queueOf(kind: 'rccc' | 'eqds' | 'ndp', flows = 4) {
    const clock = newClock();
    const pullRate = kind === 'ndp' ? 1 : 0.99;
    const state = new PullState({
      kind,
      flows,
      clock,
      fullBytes: FULL,
      creditPerPullBytes: 16_384,
      maxCreditBytes: MAX_CREDIT,
      pullRate,
      scaling: null,
    });
    const queue = new PullQueue(state, RATE);
    /** Ticks until the pacer stops, at most `limit` times: flow, quanta granted in all, and the wait after it. */
    const run = (limit: number): (readonly [number, number, number])[] => {
      const pulls: (readonly [number, number, number])[] = [];
      for (let i = 0; i < limit; i++) {
        const flow = queue.tick();
        if (flow < 0) break;
        pulls.push([flow, state.granted[flow]!, clock[DUE]! - clock[NOW]!]);
        clock[NOW] = clock[DUE]!;
      }
      return pulls;
    };
    return { clock, state, queue, run };
  }
  const waits = (quanta: number): number => Math.round(quanta * QUANTUM_PS);

  test('serves in turn the flows that ask for more, never beyond what they ask, at 0.99 of the link rate', () => {
    const { queue, run } = queueOf('eqds');
    expect(queue.onArrival(0, 100, CAME_WHOLE, 0)).toBe(true);
    expect(queue.onArrival(1, 64, CAME_WHOLE, 0)).toBe(false);
    expect(queue.onArrival(2, 150, CAME_WHOLE, 0)).toBe(false);
    expect(run(20)).toEqual([
      [0, 64, waits(64)],
      [1, 64, waits(64)],
      [2, 64, waits(64)],
      [0, 100, waits(36)],
      [2, 128, waits(64)],
      [2, 150, waits(22)],
    ]);
    expect(queue.onArrival(1, 65, CAME_WHOLE, 0)).toBe(true);
  });

  test('a target that is not ahead asks for nothing, but a header or an RTS always gets an answer', () => {
    const { queue, run } = queueOf('eqds');
    queue.onArrival(0, 64, CAME_WHOLE, 0);
    run(5);
    expect(queue.onArrival(0, 64, CAME_WHOLE, 0)).toBe(false);
    expect(queue.onArrival(0, 10, CAME_AS_RTS, 0)).toBe(true);
    expect(run(5)).toEqual([[0, 64, waits(4)]]);
  });

  test('eqds adds to what a flow asks for the packet whose header it has got; rccc leaves that to its sender', () => {
    for (const [kind, granted] of [
      ['eqds', 64 + 17],
      ['rccc', 64],
    ] as const) {
      const { queue, run } = queueOf(kind);
      queue.onArrival(0, 64, CAME_WHOLE, 0);
      run(1);
      queue.onArrival(0, 64, CAME_AS_HEADER, 0);
      expect(run(1)[0]![1]).toBe(granted);
    }
  });

  test('rccc grants satisfied flows up to a window more, in turn, while no flow asks', () => {
    const { queue, run } = queueOf('rccc');
    queue.onArrival(0, 64, CAME_WHOLE, 0);
    queue.onArrival(1, 64, CAME_WHOLE, 0);
    const pulls = run(1000);
    expect(pulls.slice(0, 5).map(([flow]) => flow)).toEqual([0, 1, 0, 1, 0]);
    // 1270 quanta a window, in steps of 64: the 20th step is the last.
    const last = 64 + 20 * 64;
    expect(pulls.slice(-2)).toEqual([
      [0, last, waits(64)],
      [1, last, waits(64)],
    ]);
  });

  test('rccc: a flow that asks comes before the idle ones, and leaves their list', () => {
    const { queue, run } = queueOf('rccc');
    queue.onArrival(0, 64, CAME_WHOLE, 0);
    queue.onArrival(1, 64, CAME_WHOLE, 0);
    run(2);
    expect(queue.onArrival(1, 300, CAME_WHOLE, 0)).toBe(false);
    expect(run(6).map(([flow, granted]) => [flow, granted])).toEqual([
      [1, 128],
      [1, 192],
      [1, 256],
      [1, 300],
      [0, 128],
      [1, 364],
    ]);
  });

  test('a flow that is complete gets no more', () => {
    const { queue, run } = queueOf('rccc');
    for (const flow of [0, 1, 2]) queue.onArrival(flow, 500, CAME_WHOLE, 0);
    queue.onComplete(1);
    expect(run(4).map(([flow]) => flow)).toEqual([0, 2, 0, 2]);
    queue.onComplete(0);
    queue.onComplete(2);
    expect(run(5)).toEqual([]);
    expect(queue.onArrival(0, 5000, CAME_AS_RTS, 0)).toBe(false);
  });

  test('ndp pulls one packet for each that has come, in turn, at the rate of the link', () => {
    const { queue, run } = queueOf('ndp');
    for (const flow of [0, 0, 0, 1]) queue.onArrival(flow, 0, CAME_WHOLE, 0);
    expect(run(10)).toEqual([
      [0, 1, 83_200],
      [1, 1, 83_200],
      [0, 2, 83_200],
      [0, 3, 83_200],
    ]);
  });

  test('a PULL goes the way of an answer to the latest packet', () => {
    const { queue, state } = queueOf('eqds');
    queue.onArrival(0, 64, CAME_WHOLE, 17);
    queue.onArrival(0, 64, CAME_WHOLE, 18);
    expect(state.path[0]).toBe(18);
  });
});
