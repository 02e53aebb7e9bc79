import { RandomStream } from '../random-stream.ts';
import type { WirelessScenario } from '../scenario.ts';
import type { App } from './app.ts';
import { LayeredVideo } from './layered-video.ts';
import { BernoulliSource, FullBuffer, PacedSource, PoissonSource } from './sources.ts';
import { VideoSource } from './video.ts';
import { VoiceSource } from './voice.ts';

/** The application of user `user`. */
export function buildApp({ slot, seed, users }: WirelessScenario, user: number, mostPdusASlot: number): App {
  const { app, qos } = users[user]!;
  const stream = new RandomStream(seed, 'wireless-app', user);
  const delayBoundPs = qos.delayPs ?? Infinity;
  switch (app.kind) {
    case 'full-buffer':
      return new FullBuffer(slot.packetBits, mostPdusASlot);
    case 'poisson':
      return new PoissonSource(app.packetsPerSlot, slot.packetBits, delayBoundPs, stream);
    case 'bernoulli':
      return new BernoulliSource(app.probability, slot.packetBits, delayBoundPs, stream);
    case 'cbr':
    case 'on-off': {
      const bits = 8 * app.packetBytes;
      const periods = app.kind === 'cbr' ? { meanOnPs: 0, meanOffPs: 0 } : { meanOnPs: app.onPs, meanOffPs: app.offPs };
      return new PacedSource({ bits, gapPs: (bits * 1e12) / app.rateBps, delayBoundPs, ...periods }, stream);
    }
    case 'video': {
      const { gop, fps, sizeVariation } = app;
      return new VideoSource({ gop, fps, rateBps: app.layersBps[0]!, packetBits: slot.packetBits, delayBoundPs, sizeVariation }, stream);
    }
    case 'svc': {
      const groupPs = (app.gop.length * 1e12) / app.fps;
      return new LayeredVideo({ layersBps: app.layersBps, groupPs, delayBoundPs, protection: app.fec });
    }
    case 'voice': {
      const { codec, frameBytes, framePs, onPs, offPs, playout } = app;
      const playoutPs = playout.kind === 'fixed' ? playout.bufferPs : null;
      return new VoiceSource({ codec, frameBytes, framePs, meanOnPs: onPs, meanOffPs: offPs, delayBoundPs, playoutPs }, stream);
    }
  }
}
