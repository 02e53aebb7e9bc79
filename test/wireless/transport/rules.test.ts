import { describe, expect, test } from 'vitest';
import { LossHistory } from '../../../wireless/transport/loss-history.ts';
import { lossEventRateFor } from '../../../wireless/transport/tfrc-equation.ts';
import { Reno, Veno, Westwood } from '../../../wireless/transport/window-rules.ts';

describe('window rules', () => {
  test('Reno halves what is in flight and grows by a packet a round trip', () => {
    const reno = new Reno();
    expect(reno.thresholdAfterLoss(20)).toBe(10);
    expect(reno.thresholdAfterLoss(3)).toBe(2);
    expect(reno.growth(20)).toBe(1 / 20);
  });

  test('Veno keeps four fifths of it after a loss with fewer than 3 packets in queues, else a half', () => {
    const veno = new Veno();
    // Backlog 20 (1 - 0.1 / 0.11) = 1.8, and 20 (1 - 0.1 / 0.125) = 4.
    expect(veno.thresholdAfterLoss(20, 20, 0.11, 0.1)).toBe(16);
    expect(veno.thresholdAfterLoss(20, 20, 0.125, 0.1)).toBe(10);
  });

  test('Veno grows by a packet a round trip, with a backlog every other one', () => {
    const veno = new Veno();
    const over = (acks: number, rttS: number): number =>
      Array.from({ length: acks }, () => veno.growth(20, rttS, 0.1)).reduce((a, b) => a + b, 0);
    expect(over(20, 0.11)).toBeCloseTo(1, 12);
    expect(over(40, 0.125)).toBeCloseTo(1, 12);
  });

  test('Westwood+ falls to what the estimated bandwidth fills in the least round trip', () => {
    const westwood = new Westwood();
    // 10 packets each round trip of 0.1 s: 100 packets/s.
    for (let rtt = 0; rtt < 200; rtt++) for (let ack = 1; ack <= 10; ack++) westwood.onAck(1, 0.0999, 0.08, rtt * 0.1 + ack * 0.01);
    expect(westwood.thresholdAfterLoss(50, 50, 0.1, 0.08)).toBeCloseTo(8, 1);
    expect(new Westwood().thresholdAfterLoss(50, 50, 0.1, 0.08)).toBe(2);
  });
});

describe('the loss history of TFRC', () => {
  const RTT_PS = 1e11;
  const lose = (history: LossHistory, seq: number, atPs: number): boolean => history.onLoss(seq, atPs, RTT_PS, 1460, 1e5);

  test('counts loss events, not losses: those within a round trip of the first are one (trap)', () => {
    const history = new LossHistory();
    expect(lose(history, 100, 1e12)).toBe(true);
    expect(lose(history, 103, 1e12 + 0.5 * RTT_PS)).toBe(false);
    expect(lose(history, 110, 1e12 + RTT_PS)).toBe(false);
    expect(lose(history, 200, 1e12 + 1.01 * RTT_PS)).toBe(true);
  });

  test('has the first interval from the equation at the receive rate', () => {
    const history = new LossHistory();
    expect(history.lossEventRate).toBe(0);
    history.onPacket(101);
    lose(history, 100, 1e12);
    expect(history.lossEventRate).toBeCloseTo(lossEventRateFor(1e5, 1460, 0.1), 10);
  });

  test('weighs the latest eight intervals; a long open one counts, a short one does not', () => {
    const history = new LossHistory();
    for (let event = 0; event <= 9; event++) lose(history, event * 100, (event + 1) * 1e12);
    history.onPacket(910);
    expect(history.lossEventRate).toBeCloseTo(1 / 100, 12);
    history.onPacket(1300);
    // (400 + 100 + 100 + 100 + 80 + 60 + 40 + 20) / 6.
    expect(history.lossEventRate).toBeCloseTo(1 / 150, 12);
  });
});
