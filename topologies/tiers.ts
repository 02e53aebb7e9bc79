import type { LeafSpineSpec, RailSpec } from '../sim/base/topology-spec.ts';

/** Leaves and spines, and where the hosts hang. */
export interface LeafSpineTiers extends Pick<LeafSpineSpec, 'leaves' | 'spines' | 'hostsPerLeaf' | 'hostLink' | 'fabricLink'> {
  /** For names and messages. */
  readonly of: LeafSpineSpec | RailSpec;
  /** `hostsPerLeaf` hosts each; ports of a leaf are in the order of its hosts. */
  readonly leafOfHost: (host: number) => number;
}

export const leafSpineTiers = (spec: LeafSpineSpec): LeafSpineTiers => ({
  ...spec,
  of: spec,
  leafOfHost: (host) => Math.floor(host / spec.hostsPerLeaf),
});

/** The leaf-spine that a rail fabric is. */
export function railTiers(spec: RailSpec): LeafSpineTiers {
  const { servers, serversPerSegment, spines, hostLink, fabricLink, server } = spec;
  const { nics } = server;
  return {
    of: spec,
    leaves: (servers / serversPerSegment) * nics,
    spines,
    hostsPerLeaf: serversPerSegment,
    hostLink,
    fabricLink,
    leafOfHost: (host) => Math.floor(host / (nics * serversPerSegment)) * nics + (host % nics),
  };
}
