import { PacketStreams } from '../../sim/base/random.ts';
import { CLOCK_PLACES, NOW, RTT, START } from '../../sim/engine/record.ts';
import type { PacketBalancer } from '../../sim/balancing/packet-balancer.ts';

/** Host balancers outside a run: a clock to set, and the same draws a second time. */

export const SEED = 5;
export const HOSTS = 4;

/** A clock without a sample of the round-trip time. */
export function newClock(): Float64Array {
  const clock = new Float64Array(CLOCK_PLACES);
  clock[RTT] = -1;
  return clock;
}

export const at = (clock: Float64Array, timePs: number, rttPs = -1): void => {
  clock[NOW] = timePs;
  clock[START] = timePs;
  clock[RTT] = rttPs;
};

/** The draws that a balancer of this kind makes at one host, in order. */
export function drawsOf(kind: string, host: number) {
  const streams = new PacketStreams(SEED, kind, HOSTS);
  return {
    draw16: (): number => streams.next(host) >>> 16,
    draw32: (): number => streams.next(host) >>> 0,
    below: (n: number): number => streams.below(host, n),
  };
}

/** Entropies of the next `count` packets of a flow. */
export const take = (balancer: PacketBalancer, count: number, flow = 0, host = 0, sizeBytes = 4160): number[] =>
  Array.from({ length: count }, () => balancer.next(flow, host, sizeBytes));
