import { ConfigError } from '../sim/base/errors.ts';
import { setupStream } from '../sim/base/random.ts';
import type { Placement, ServerSpec } from '../sim/base/topology-spec.ts';

/** Hosts in groups of one size: group t has the hosts t * hostsPerTor and following. */
export interface HostGroups {
  /** ToRs, or the segments of a rail topology. */
  readonly tors: number;
  readonly hostsPerTor: number;
}

/**
 * Host of each rank (docs/model-servers.md 1).
 *
 * @throws ConfigError when a group has no room for whole servers
 */
export function placeRanks(
  placement: Placement,
  { tors, hostsPerTor }: HostGroups,
  server: ServerSpec | undefined,
  ranks: number,
  seed: number,
): Int32Array {
  const { gpus, nics } = server ?? { gpus: 1, nics: 1 };
  if (hostsPerTor % nics !== 0) {
    throw new ConfigError('E157', `${hostsPerTor} hosts a ToR are no whole number of servers with ${nics} NICs`, {
      where: { path: 'topology' },
      hint: `choose a multiple of ${nics}`,
    });
  }
  const places = placeServers(placement, tors, hostsPerTor / nics, Math.ceil(ranks / gpus), seed);
  return Int32Array.from({ length: ranks }, (_, r) => places[Math.floor(r / gpus)]! * nics + Math.floor(((r % gpus) * nics) / gpus));
}

/** Place of each server, where ToR t has the places t * serversPerTor and following. */
function placeServers(placement: Placement, tors: number, serversPerTor: number, servers: number, seed: number): Int32Array {
  switch (placement) {
    case 'packed':
      return Int32Array.from({ length: servers }, (_, s) => s);
    case 'strided':
      return Int32Array.from({ length: servers }, (_, s) => (s % tors) * serversPerTor + Math.floor(s / tors));
    case 'random':
      return setupStream(seed, 'placement', 0)
        .shuffle(Int32Array.from({ length: tors * serversPerTor }, (_, p) => p))
        .slice(0, servers);
  }
}
