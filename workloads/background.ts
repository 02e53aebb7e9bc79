import { ConfigError } from '../sim/base/errors.ts';
import type { BackgroundSpec } from '../sim/base/job-spec.ts';
import { setupStream } from '../sim/base/random.ts';
import { type Schedule, ScheduleBuilder } from '../sim/base/schedule.ts';
import { meanSizeBytes, sizeAtQuantile, sizePoints } from './flow-sizes.ts';

/** A background of more flows than this is taken for a mistake in its load, sizes or `until`. */
export const MAX_BACKGROUND_FLOWS = 5_000_000;

/** Mean time between two flows of one rank. */
export const meanGapPs = ({ load, sizes }: Pick<BackgroundSpec, 'load' | 'sizes'>, hostRateBps: number): number =>
  (8e12 * meanSizeBytes(sizePoints(sizes))) / (load * hostRateBps);

/**
 * Flows that arrive at every rank as a Poisson process, each to another rank at random (docs/mixed-traffic.md 3).
 *
 * @param hostRateBps rate of the host links, of which `load` is a part
 * @param seed of the job
 * @throws ConfigError when the load would be millions of flows
 */
export function backgroundSchedule(spec: BackgroundSpec, hostRateBps: number, seed: number): Schedule {
  const ranks = spec.ranks.length;
  const points = sizePoints(spec.sizes);
  const gapMeanPs = meanGapPs(spec, hostRateBps);
  const expected = (ranks * spec.untilPs) / gapMeanPs;
  if (expected > MAX_BACKGROUND_FLOWS) {
    throw new ConfigError('E148', `the background is about ${Math.round(expected)} flows`, {
      where: { path: 'background' },
      hint: `at most ${MAX_BACKGROUND_FLOWS}: choose an earlier until, less load, or larger sizes`,
    });
  }
  const builder = new ScheduleBuilder(ranks);
  const phase = builder.phase('background');
  for (let rank = 0; rank < ranks; rank++) {
    const stream = setupStream(seed, 'background', rank);
    let timePs = 0;
    let before = -1;
    for (;;) {
      const gapPs = Math.max(1, Math.round(-Math.log(1 - stream.uniform()) * gapMeanPs));
      timePs += gapPs;
      if (timePs >= spec.untilPs) break;
      const wait = builder.compute(rank, gapPs);
      if (before >= 0) builder.after(wait, before);
      const other = stream.integer(ranks - 1);
      const destination = other < rank ? other : other + 1;
      const send = builder.message(rank, destination, sizeAtQuantile(points, stream.uniform()), phase);
      builder.after(send, wait);
      before = wait;
    }
  }
  return builder.build();
}
