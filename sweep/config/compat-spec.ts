import type { AstraSimAlgorithm, AstraSimDimension, AstraSimSpec, CompatSpec } from '../../sim/base/compat-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { AstraSimNetwork, AstraSimSystem } from './astra-sim-files.ts';
import type { AstraSimConfig, CompatConfig } from './schema/compat.ts';
import type { JsonBlock } from './tree.ts';

/** What the files of a compat block say. */
export interface CompatFiles {
  readonly network?: AstraSimNetwork;
  readonly system?: AstraSimSystem;
}

/** A valid compat block as the simulator takes it. */
export function compatSpec(compat: CompatConfig, files: CompatFiles): CompatSpec {
  if (compat.kind === 'astra-sim') return astraSimSpec(compat, files);
  const { kind, L, o, g, G, O, S } = compat;
  return {
    kind,
    latencyPs: L,
    overheadPs: o,
    gapPs: g,
    gapFsPerByte: Math.round(G * 1e6),
    overheadFsPerByte: Math.round(O * 1e6),
    eagerBytes: S,
  };
}

/** The checks have seen to it that every key is in the config or in a file. */
function astraSimSpec(config: AstraSimConfig, { network, system }: CompatFiles): AstraSimSpec {
  return {
    kind: 'astra-sim',
    dimensions: network?.dimensions ?? ownDimensions(config),
    congestion: config.congestion,
    endpointDelayPs: system?.endpointDelayPs ?? config.endpointDelay ?? 10_000,
    splits: system?.splits ?? config.splits!,
    localMemBw: system?.localMemBw ?? config.localMemBw!,
    optimization: system?.optimization ?? config.optimization ?? 'baseline',
    algorithms: system?.algorithms ?? definedOnly(config.algorithms ?? {}),
  };
}

const definedOnly = (algorithms: Readonly<Record<string, readonly AstraSimAlgorithm[] | undefined>>): AstraSimSpec['algorithms'] =>
  Object.fromEntries(Object.entries(algorithms).flatMap(([kind, words]) => (words === undefined ? [] : [[kind, words]])));

/** One value, or one a dimension, as a list. */
export const perDimension = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

function ownDimensions({ topology, npus, bandwidth, latency }: AstraSimConfig): AstraSimDimension[] {
  const [nodes, rates, latencies] = [perDimension(npus), perDimension(bandwidth), perDimension(latency)];
  return perDimension(topology).map((kind, i) => ({
    topology: kind,
    npus: nodes[i] ?? null,
    bandwidthGiBps: rates[i]!,
    latencyPs: latencies[i]!,
  }));
}

/** The block of a cost model, written out without files. */
export function compatBlock(compat: CompatSpec): JsonBlock {
  const time = (ps: number): string => formatQuantity(ps, 'time');
  if (compat.kind === 'loggops') {
    const { kind, latencyPs, overheadPs, gapPs, gapFsPerByte, overheadFsPerByte, eagerBytes } = compat;
    const S = formatQuantity(eagerBytes, 'bytes');
    return { kind, L: time(latencyPs), o: time(overheadPs), g: time(gapPs), G: gapFsPerByte / 1e6, O: overheadFsPerByte / 1e6, S };
  }
  const { kind, dimensions, congestion, endpointDelayPs, splits, localMemBw, optimization, algorithms } = compat;
  const npus = dimensions.flatMap(({ npus: nodes }) => (nodes === null ? [] : [nodes]));
  return {
    kind,
    topology: dimensions.map(({ topology }) => topology),
    ...(npus.length === 0 ? {} : { npus }),
    bandwidth: dimensions.map(({ bandwidthGiBps }) => bandwidthGiBps),
    latency: dimensions.map(({ latencyPs }) => time(latencyPs)),
    endpointDelay: time(endpointDelayPs),
    splits,
    localMemBw,
    optimization,
    congestion,
    ...(Object.keys(algorithms).length === 0 ? {} : { algorithms: algorithms as JsonBlock }),
  };
}
