import { InternalError } from '../../sim/base/errors.ts';
import { RandomStream } from '../random-stream.ts';
import type { WirelessScenario } from '../scenario.ts';
import type { App } from './app.ts';
import { BernoulliSource, FullBuffer, PacedSource, PoissonSource } from './sources.ts';

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
    default:
      throw new InternalError('E590', `no application ${app.kind}`);
  }
}
