import { expect, test } from 'vitest';
import { LayeredVideo } from '../../../wireless/app/layered-video.ts';
import { Stalls } from '../../../wireless/app/stalls.ts';
import { videoMos } from '../../../wireless/app/video-mos.ts';
import { VideoSource } from '../../../wireless/app/video.ts';
import { VoiceSource } from '../../../wireless/app/voice.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import { DELIVERED, play, WIRELESS } from './app-fixture.ts';

test('a buffer runs empty once for each run of missing units', () => {
  const stalls = new Stalls();
  for (const unit of 'x..xx...x.x') stalls.play(unit === '.');
  expect([stalls.units, stalls.missing, stalls.count]).toEqual([11, 5, 4]);
});

test('the score of a picture is 5 above 37 dB, and one less below 37, 31, 25 and 20 dB', () => {
  expect([38, 37, 31.1, 31, 25.1, 25, 20.1, 20, 3].map(videoMos)).toEqual([5, 4, 4, 3, 3, 2, 2, 1, 1]);
});

test('a lost I frame stops its group of pictures once, and costs what the pictures are worth', () => {
  const video = new VideoSource(
    { gop: 'IBBPBBPBBPBB', fps: 30, rateBps: 500e3, packetBits: 1080, delayBoundPs: 100e9, sizeVariation: [0, 0, 0] },
    new RandomStream(1, 'test-playout', 0),
  );
  // All of the second group's I frame, sent at 0.4 s.
  play(video, 600, ({ atPs }) => (Math.abs(atPs - 0.4e12) < 1 ? WIRELESS : DELIVERED));
  const { stalls, mos, frames, psnrDb } = video.quality();
  expect([stalls.units, stalls.missing, stalls.count]).toEqual([frames, 12, 1]);
  // At 500 kb/s all are worth 5. Of the frames after the I frame each keeps nine tenths of an error of 22 dB: worth 2, from 25 dB on 3.
  const errors = Array.from({ length: 12 }, (_, k) => 22 - 10 * Math.log10(0.9 ** k));
  const lost = errors.map((db) => (db > 25 ? 3 : 2));
  expect(mos * frames).toBeCloseTo(5 * (frames - 12) + lost.reduce((sum, score) => sum + score, 0), 9);
  expect(psnrDb).toBeLessThan(40);
});

test('layered video stands still for a group whose base layer is lost', () => {
  const app = new LayeredVideo({ layersBps: [128e3, 256e3], groupPs: 0.4e12, delayBoundPs: 100e9, protection: 'none' });
  const isLost = (packetClass: number, atPs: number): boolean => {
    const group = Math.floor((atPs + 1) / 0.4e12);
    return (packetClass === 0 && (group === 1 || group === 2)) || (packetClass === 1 && group === 3);
  };
  play(app, 1100, ({ packetClass, atPs }) => (isLost(packetClass, atPs) ? WIRELESS : DELIVERED));
  const { stalls, mos, groups } = app.quality();
  expect([groups, stalls.units, stalls.missing, stalls.count]).toEqual([5, 5, 2, 1]);
  // 128 kb/s: 34.3 dB, 384 kb/s: 39.5 dB, none: 22 dB.
  expect(mos).toBeCloseTo((5 + 2 + 2 + 4 + 5) / 5, 12);
});

test('a talker falls silent once for each run of frames that are late or lost', () => {
  const voice = new VoiceSource(
    { codec: 'G.711', frameBytes: 160, framePs: 20e9, meanOnPs: 1e12, meanOffPs: 1e9, delayBoundPs: 50e9, playoutPs: 60e9 },
    new RandomStream(3, 'test-playout', 0),
  );
  play(voice, 2000, (_, i) => (i % 10 < 3 ? WIRELESS : DELIVERED));
  const { stalls, loss } = voice.quality();
  expect(stalls.count).toBe(Math.ceil(stalls.units / 10));
  expect(stalls.missing / stalls.units).toBe(loss);
  expect(loss).toBeCloseTo(0.3, 1);
});
