import { setupStream } from '../sim/base/random.ts';
import type { Placement } from '../sim/base/topology-spec.ts';

/** Host of each rank, where ToR t has the hosts t * hostsPerTor and following. */
export function placeRanks(
  placement: Placement,
  { tors, hostsPerTor }: { readonly tors: number; readonly hostsPerTor: number },
  ranks: number,
  seed: number,
): Int32Array {
  switch (placement) {
    case 'packed':
      return Int32Array.from({ length: ranks }, (_, r) => r);
    case 'strided':
      return Int32Array.from({ length: ranks }, (_, r) => (r % tors) * hostsPerTor + Math.floor(r / tors));
    case 'random':
      return setupStream(seed, 'placement', 0)
        .shuffle(Int32Array.from({ length: tors * hostsPerTor }, (_, h) => h))
        .slice(0, ranks);
  }
}
