import type { GraphSpec, LinkSpec } from '../sim/base/topology-spec.ts';

/** Two switches, hosts 0 .. hostsPerSide - 1 on the first and the others on the second one, and one link between them. */
export function dumbbell(hostsPerSide: number, hostLink: LinkSpec, bottleneck: LinkSpec): GraphSpec {
  const hosts = 2 * hostsPerSide;
  const cables = Array.from({ length: hosts }, (_, host) => ({ a: host, b: hosts + Math.floor(host / hostsPerSide), ...hostLink }));
  return { kind: 'graph', hosts, switches: 2, cables: [...cables, { a: hosts, b: hosts + 1, ...bottleneck }], placement: 'packed' };
}
