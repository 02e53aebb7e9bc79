import { describe, expect, test } from 'vitest';
import { groupFrames } from '../../../wireless/app/frames.ts';
import { LayeredVideo, prefixPsnrDb, type Protection } from '../../../wireless/app/layered-video.ts';
import { DEFAULT_RATE_DISTORTION, distortion, psnrDb } from '../../../wireless/app/rate-distortion.ts';
import { VideoSource } from '../../../wireless/app/video.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import { DELIVERED, play, type Sent, SLOT_PS, WIRELESS } from './app-fixture.ts';

const GOP = 'IBBPBBPBBPBB';
const LAYERS = [128e3, 256e3, 512e3];

describe('a group of pictures', () => {
  const frames = groupFrames(GOP);
  const shown = frames.map(({ kind, shownAt }) => `${kind}${shownAt}`);

  test('sends an anchor before the B frames that are shown before it', () => {
    expect(shown.join(' ')).toBe('I0 P3 B1 B2 P6 B4 B5 P9 B7 B8 B10 B11');
  });

  test('has P frames that need the anchor before, and B frames that need those on both sides', () => {
    const needs = Object.fromEntries(frames.map((frame, i) => [shown[i]!, frame.needs.map((other) => shown[other]!)]));
    expect(needs['I0']).toEqual([]);
    expect(needs['P3']).toEqual(['I0']);
    expect(needs['P9']).toEqual(['P6']);
    expect(needs['B4']).toEqual(['P3', 'P6']);
    expect(needs['B11']).toEqual(['P9']);
  });
});

const video = (delayBoundPs = 100e9): VideoSource =>
  new VideoSource(
    { gop: GOP, fps: 30, rateBps: 500e3, packetBits: 1080, delayBoundPs, sizeVariation: [0, 0, 0] },
    new RandomStream(1, 'test-video', 0),
  );

describe('video in frames', () => {
  test('has its rate, split 5 : 3 : 1 over I, P and B frames', () => {
    const sent = play(video(), 200).all;
    const first = sent.filter(({ atPs }) => atPs < 0.4e12 - 1);
    const packets = (packetClass: number): number => first.filter((packet) => packet.packetClass === packetClass).length;
    // A unit is 500 kb/s * 0.4 s / 22 = 9091 bits; frames are whole packets of 1080 bits.
    expect([packets(0), packets(1), packets(2)]).toEqual([
      Math.ceil(45455 / 1080),
      3 * Math.ceil(27273 / 1080),
      8 * Math.ceil(9091 / 1080),
    ]);
  });

  test('that arrives whole is all decoded, at the quality of its rate', () => {
    const app = video();
    play(app, 2000);
    const { psnrDb: quality, decodedFrames, frames } = app.quality();
    // Frames 0 to 117 are sent by 3.9 s and have had their 100 ms.
    expect(frames).toBe(118);
    expect(decodedFrames).toBe(frames);
    expect(quality).toBeCloseTo(psnrDb(distortion(DEFAULT_RATE_DISTORTION, 500)), 10);
  });

  test.each([
    ['an I frame takes its whole group', 0, 12],
    ['the first P frame takes all but the I frame', 1, 11],
    // P9, B7, B8, B10, B11.
    ['the last P frame takes what is predicted from it', 7, 5],
    ['a B frame takes itself only', 2, 1],
  ])('that lacks one packet of %s', (_, frame, undecoded) => {
    const app = video();
    let gone = false;
    const atPs = (frame * 1e12) / 30;
    play(app, 400, (sent) => {
      if (gone || Math.abs(sent.atPs - atPs) > 1) return DELIVERED;
      gone = true;
      return WIRELESS;
    });
    const { decodedFrames, frames } = app.quality();
    expect(frames - decodedFrames).toBe(undecoded);
  });

  test('counts what comes after the delay bound as lost', () => {
    const app = video(1e9);
    play(app, 400);
    expect(app.quality().decodedFrames).toBe(0);
  });

  test('counts frames that are sent after the warm-up, from its end on', () => {
    const app = video();
    const recorder = play(app, 500, () => WIRELESS);
    app.startCounting();
    for (let slot = 501; slot <= 1000; slot++) {
      for (const { tag } of recorder.take()) app.onPacket(tag, DELIVERED, SLOT_PS);
      app.emit(slot * SLOT_PS, recorder);
    }
    const { frames, decodedFrames } = app.quality();
    expect(frames).toBeGreaterThan(20);
    // The rest of the group that the warm-up has broken is all that is missing.
    expect(frames - decodedFrames).toBeLessThan(12);
  });
});

const layered = (protection: Protection, delayBoundPs = 100e9): LayeredVideo =>
  new LayeredVideo({ layersBps: LAYERS, groupPs: 0.4e12, delayBoundPs, protection });

/** Loses the first `losses[layer]` packets of each layer in every group. */
function losing(losses: readonly number[]) {
  const count = new Map<string, number>();
  return (sent: Sent): number => {
    const layer = sent.packetClass;
    const key = `${layer} ${Math.floor((sent.atPs + 1) / 0.4e12)}`;
    const number = (count.get(key) ?? 0) + 1;
    count.set(key, number);
    return number <= losses[layer]! ? WIRELESS : DELIVERED;
  };
}

describe('layered video', () => {
  test('sends 32 packets a layer and group, evenly, of the layer rate in all', () => {
    const { all } = play(layered('none'), 199);
    for (let layer = 0; layer < 3; layer++) {
      const packets = all.filter(({ packetClass }) => packetClass === layer);
      expect(packets).toHaveLength(32);
      expect(packets[1]!.atPs - packets[0]!.atPs).toBe(0.4e12 / 32);
      expect(packets.reduce((sum, { bits }) => sum + bits, 0)).toBe(LAYERS[layer]! * 0.4);
    }
  });

  test('has the PSNR of the source rate of its prefix: rates less parity', () => {
    expect(prefixPsnrDb(LAYERS, 'none', 0)).toBe(22);
    expect(prefixPsnrDb(LAYERS, 'none', 3)).toBeCloseTo(10 * Math.log10(65025 / (2537 / (896 - 18.3) + 0.38)), 10);
    const rate = (128 * 18 + 256 * 25) / 32;
    expect(prefixPsnrDb(LAYERS, 'uep', 2)).toBeCloseTo(10 * Math.log10(65025 / (2537 / (rate - 18.3) + 0.38)), 10);
  });

  test.each([
    ['as many losses as parity leave all layers', [14, 7, 3], 3],
    ['one more in the top layer costs that layer', [14, 7, 4], 2],
    ['one more in the middle layer costs the top one too', [14, 8, 0], 1],
    ['one more in the base layer costs all', [15, 0, 0], 0],
  ])('with unequal protection: %s', (_, losses, layers) => {
    const app = layered('uep');
    play(app, 1000, losing(losses));
    const quality = app.quality();
    // Two seconds are five groups, the last one still inside its delay bound.
    expect(quality.groups).toBe(4);
    expect(quality.layers).toBe(layers);
    expect(quality.psnrDb).toBeCloseTo(prefixPsnrDb(LAYERS, 'uep', layers), 10);
  });

  test('counts groups that begin after the warm-up, and only once their delay bound is over', () => {
    const app = layered('none');
    const recorder = play(app, 250, () => WIRELESS);
    app.startCounting();
    // Group 2 begins at 0.8 s and has its quality at 1.2 s + 0.1 s.
    for (let slot = 251; slot <= 650; slot++) {
      for (const { tag } of recorder.take()) app.onPacket(tag, DELIVERED, SLOT_PS);
      app.emit(slot * SLOT_PS, recorder);
      expect(app.quality().groups).toBe(slot === 650 ? 1 : 0);
    }
    expect(app.quality().layers).toBe(3);
  });

  test('protects layers above the third like the third', () => {
    const four = [...LAYERS, 512e3];
    const app = new LayeredVideo({ layersBps: four, groupPs: 0.4e12, delayBoundPs: 100e9, protection: 'uep' });
    play(app, 1000);
    expect(app.quality().layers).toBe(4);
    const rate = (128 * 18 + 256 * 25 + 512 * 29 + 512 * 29) / 32;
    expect(app.quality().psnrDb).toBeCloseTo(10 * Math.log10(65025 / (2537 / (rate - 18.3) + 0.38)), 10);
  });

  test('keeps the layers that a rate carries, and always the base layer', () => {
    expect([0, 127e3, 128e3, 383e3, 384e3, 9e6].map((rate) => layered('none').layersWithin(rate))).toEqual([1, 1, 1, 1, 2, 3]);
  });
});
