import { describe, expect, test } from 'vitest';
import { BernoulliSource, FullBuffer, PacedSource, PoissonSource } from '../../../wireless/app/sources.ts';
import { meanOpinionScore, ratingFactor } from '../../../wireless/app/voice-quality.ts';
import { VoiceSource } from '../../../wireless/app/voice.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import { DELIVERED, play, Recorder, SLOT_PS, WIRELESS } from './app-fixture.ts';

const stream = (): RandomStream => new RandomStream(2, 'test-source', 0);
const voice = (playoutPs: number | null): VoiceSource =>
  new VoiceSource(
    { codec: 'G.729', frameBytes: 20, framePs: 20e9, meanOnPs: 1e12, meanOffPs: 1.35e12, delayBoundPs: 50e9, playoutPs },
    stream(),
  );

describe('voice', () => {
  test('is on for its mean on period out of both, a frame each 20 ms while on', () => {
    const seconds = 2000;
    const { all } = play(voice(60e9), (seconds * 1e12) / SLOT_PS);
    const expected = (seconds / 0.02) * (1 / 2.35);
    // Some 850 periods, each exponential.
    expect(Math.abs(all.length / expected - 1)).toBeLessThan(0.12);
    for (const { bits } of all) expect(bits).toBe(160);
  });

  test('with a fixed playout has the E-model of that delay, however early packets come', () => {
    const app = voice(60e9);
    play(app, 20_000);
    expect(app.quality()).toMatchObject({
      mos: meanOpinionScore(ratingFactor('G.729', 60, 0)),
      loss: 0,
      playoutMs: expect.closeTo(60, 9) as number,
      stalls: { missing: 0, count: 0 },
    });
  });

  test('loses what comes after the playout, and what does not come', () => {
    const late = voice(1e9);
    play(late, 20_000, () => DELIVERED);
    expect(late.quality().loss).toBeGreaterThan(0.4);
    const lossy = voice(60e9);
    play(lossy, 20_000, (_, i) => (i % 10 === 0 ? WIRELESS : DELIVERED));
    const { loss, mos } = lossy.quality();
    expect(loss).toBeCloseTo(0.1, 2);
    expect(mos).toBeCloseTo(meanOpinionScore(ratingFactor('G.729', 60, loss)), 12);
  });

  test('with an adaptive playout settles at the mean delay plus four deviations, at the next talkspurt', () => {
    const app = voice(null);
    const recorder = new Recorder();
    const settle = (slots: number, from: number, delayPs: number): void => {
      for (let slot = from; slot < from + slots; slot++) {
        app.emit(slot * SLOT_PS, recorder);
        for (const { tag } of recorder.take()) app.onPacket(tag, DELIVERED, delayPs);
      }
    };
    settle(100_000, 1, 30e9);
    app.startCounting();
    settle(20_000, 100_001, 30e9);
    const { playoutMs, loss } = app.quality();
    expect(playoutMs).toBeCloseTo(30, 3);
    expect(loss).toBeLessThan(1e-9);
  });
});

describe('sources', () => {
  test('of Poisson and Bernoulli packets have their means a slot, all at its end', () => {
    const slots = 40_000;
    const poisson = play(new PoissonSource(2, 1080, 1e9, stream()), slots).all;
    expect(Math.abs(poisson.length / slots - 2)).toBeLessThan(5 * Math.sqrt(2 / slots));
    for (const { atPs, deadlinePs } of poisson) expect([atPs % SLOT_PS, deadlinePs - atPs]).toEqual([0, 1e9]);
    const bernoulli = play(new BernoulliSource(0.3, 1080, Infinity, stream()), slots).all;
    expect(Math.abs(bernoulli.length / slots - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / slots));
  });

  test('of constant rate keep their gap over the ends of slots, and hand over each packet in the slot that it falls into', () => {
    const source = new PacedSource({ bits: 1000, gapPs: 3e9, delayBoundPs: Infinity, meanOnPs: 0, meanOffPs: 0 }, stream());
    const recorder = new Recorder();
    for (let slot = 1; slot <= 600; slot++) {
      source.emit(slot * SLOT_PS, recorder);
      for (const { atPs } of recorder.take()) {
        expect(atPs).toBeGreaterThan((slot - 1) * SLOT_PS);
        expect(atPs).toBeLessThanOrEqual(slot * SLOT_PS);
      }
    }
    expect(recorder.all).toHaveLength(400);
    recorder.all.forEach(({ atPs }, i) => expect(atPs - recorder.all[0]!.atPs).toBeCloseTo(i * 3e9, 0));
  });

  test('of a full buffer fill up to what a slot carries', () => {
    const source = new FullBuffer(1080, 9);
    const recorder = { backlogPdus: 4, arrive: () => void recorder.backlogPdus++ };
    source.emit(SLOT_PS, recorder);
    expect(recorder.backlogPdus).toBe(9);
  });
});
