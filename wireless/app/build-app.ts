import { ConfigError } from '../../sim/base/errors.ts';
import { RandomStream } from '../random-stream.ts';
import type { ControllerKind, VideoSpec, WirelessScenario } from '../scenario.ts';
import type { App } from './app.ts';
import { LayeredVideo, leastBaseShare } from './layered-video.ts';
import { rateProblem } from './rate-distortion.ts';
import { BernoulliSource, FullBuffer, PacedSource, PoissonSource } from './sources.ts';
import { VideoSource } from './video.ts';
import { VoiceSource } from './voice.ts';

/** What keeps a video from having a quality under a controller; null: nothing does. */
export const videoProblem = (app: VideoSpec, controller: ControllerKind): ReturnType<typeof rateProblem> =>
  rateProblem(app, leastBaseShare(app.fec, controller === 'integrated'));

function refuseTooLittleRate(app: VideoSpec, controller: ControllerKind): void {
  const problem = videoProblem(app, controller);
  if (problem !== null) throw new ConfigError('E504', problem.message, { where: { path: `app.${problem.key}` }, hint: problem.hint });
}

/**
 * The application of user `user`.
 *
 * @throws ConfigError where a video has too little rate to have a quality
 */
export function buildApp({ slot, seed, users, controller }: WirelessScenario, user: number, mostPdusASlot: number): App {
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
      refuseTooLittleRate(app, controller.kind);
      const { gop, fps, sizeVariation } = app;
      return new VideoSource({ gop, fps, rateBps: app.layersBps[0]!, packetBits: slot.packetBits, delayBoundPs, sizeVariation }, stream);
    }
    case 'svc': {
      refuseTooLittleRate(app, controller.kind);
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
