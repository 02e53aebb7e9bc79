import type { CollectiveAlgorithm, CollectiveShape, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { membersPerServer, shapeProblem } from '../collectives/shape-problem.ts';
import type { Notice } from '../workload.ts';
import { channelBandwidths, ncclChannels, nvlsChunks, STEP_BYTES, treeChunkBytes, wireBytes } from './channels.ts';
import { autoProblem, serverShares, type ServerShares } from './server-shares.ts';
import { NVLINK_GBPS, PCI_GBPS, type NcclAlgorithm, type NcclProtocol } from './tables.ts';
import { cheapest, ncclTuner, type NcclCollective, type NcclCommunicator, type NcclCost } from './tuner.ts';

/** What `algorithm: auto` stands for in a run. */
export interface AutoChoice {
  /** With a concrete algorithm and its channels and chunks. */
  readonly spec: CollectiveSpec;
  readonly protocol: NcclProtocol;
  readonly notice: Notice;
}

/** netsim's algorithm for one of NCCL's. */
const COUNTERPARTS: Readonly<Record<NcclCollective, Readonly<Partial<Record<NcclAlgorithm, CollectiveAlgorithm>>>>> = {
  'all-reduce': { ring: 'ring', tree: 'double-binary-tree', nvls: 'nvls', 'nvls-tree': 'nvls-tree' },
  'all-gather': { ring: 'ring', nvls: 'nvls' },
  'reduce-scatter': { ring: 'ring', nvls: 'nvls' },
  broadcast: { ring: 'chain' },
  reduce: { ring: 'chain' },
};

/** A point-to-point message of so many bytes a channel and fewer uses LL, inside a server only. */
const LL_MESSAGE_BYTES = 16 * 1024;

/**
 * What NCCL would choose for a collective, as far as netsim has it (docs/nccl.md 3). `spec.algorithm` does not matter.
 *
 * @throws ConfigError when groups do not all lie on servers in one way
 */
export function autoChoice(spec: CollectiveSpec, nccl: NcclSpec): AutoChoice {
  const problem = autoProblem(spec.ranks, spec);
  if (problem !== null) {
    throw new ConfigError('E140', problem.message, { where: { path: `workload.${problem.key}` }, hint: problem.hint });
  }
  const shares = serverShares(spec.ranks, spec)!;
  if (spec.kind === 'all-to-all') return allToAllChoice(spec, shares, nccl);
  const collective = spec.kind as NcclCollective;
  const comm = communicatorOf(spec, collective, shares, nccl);
  const { costs, choice } = ncclTuner(comm, spec.sizeBytes);
  const runnable = costs.flatMap((cost) => {
    const shape = shapeOf(spec, comm, cost, nccl);
    return shape === null ? [] : [{ cost, shape }];
  });
  const best = cheapest(runnable.map(({ cost }) => cost));
  const { shape } = runnable.find(({ cost }) => cost === best)!;
  const chosen = { ...spec, ...shape };
  const others = costs.filter((cost) => cost !== best && cost.algorithm !== best.algorithm);
  const second = others.length === 0 || best !== choice ? '' : `; next: ${described(cheapest(others))}`;
  const replaced = best === choice ? '' : `; NCCL itself would choose ${described(choice)}, which ${lack(choice, spec, nccl)}`;
  const parts = `channels: ${shape.channels ?? 1}, chunks: ${shape.chunks ?? 1}${shape.pxn === true ? ', pxn' : ''}`;
  const text = `algorithm: auto runs ${chosen.algorithm} (${parts}), by NCCL's model ${described(best)}${replaced}${second}`;
  return { spec: chosen, protocol: best.protocol, notice: { level: 'note', text } };
}

const described = ({ algorithm, protocol, timeUs }: NcclCost): string =>
  `${algorithm} with ${protocol.toUpperCase()} (${Number(timeUs.toPrecision(4))} us)`;

/** Why a candidate does not run. */
const lack = ({ algorithm }: NcclCost, spec: CollectiveSpec, nccl: NcclSpec): string =>
  algorithm.startsWith('nvls') && !hasSwitch(spec, nccl)
    ? 'needs an NVSwitch that joins the ranks of a server (topology.gpusPerServer)'
    : 'netsim does not have here';

/** Whether the ranks that are said to share a server do so on the fabric, on which alone NVLink has a place. */
const hasSwitch = ({ ranksPerServer = 1 }: CollectiveShape, { switchRanks }: NcclSpec): boolean => switchRanks % ranksPerServer === 0;

/** Whether NCCL takes a message for another rail over NVLink to the rank that has it: where ranks have NICs of their own, always. */
const mayUsePxn = (spec: CollectiveSpec, servers: number, nccl: NcclSpec): boolean =>
  servers > 1 && nccl.intra === 'nvlink' && nccl.ownNics && hasSwitch(spec, nccl);

/** A Schedule of data as the protocol puts it on the wire, with its flags. */
export function onTheWire(schedule: Schedule, protocol: NcclProtocol): Schedule {
  return protocol === 'simple' ? schedule : { ...schedule, bytes: schedule.bytes.map((bytes) => wireBytes(protocol, bytes)) };
}

/**
 * The communicator of a group of a collective on the machines of an `nccl` block. Where servers are not equally full NCCL counts with the
 * mean of their ranks, and all have the channels of the one with the fewest NICs: it takes the least of all ranks' graphs (src/init.cc).
 */
function communicatorOf(
  spec: CollectiveSpec,
  collective: NcclCollective,
  { servers: nodes, fewest }: ServerShares,
  nccl: NcclSpec,
): NcclCommunicator {
  const ranks = spec.groups?.size ?? spec.ranks;
  const { gpu, intra, channels, cpu, nvls, sharp } = nccl;
  const links = { nvlinkGBps: NVLINK_GBPS[gpu], pciGBps: PCI_GBPS[gpu] };
  return {
    collective,
    gpu,
    ranks,
    nodes,
    channels,
    intra,
    ...channelBandwidths(nccl, links, fewest),
    cpu,
    ll128: nccl.ll128 ?? intra === 'nvlink',
    nvls,
    sharp,
    sameOrder: nodes === 1,
    treeOnOneGpu: false,
    extraLatencyUs: 0,
  };
}

type Shape = Pick<CollectiveShape, 'channels' | 'chunks' | 'pxn'> & { readonly algorithm: CollectiveAlgorithm };

/** How netsim would run one of NCCL's candidates; null: it does not have it. */
function shapeOf(spec: CollectiveSpec, comm: NcclCommunicator, { algorithm, protocol }: NcclCost, nccl: NcclSpec): Shape | null {
  const own = COUNTERPARTS[comm.collective][algorithm];
  if (own === undefined) return null;
  const { sizeBytes: bytes } = spec;
  if (own === 'nvls' || own === 'nvls-tree') {
    if (!hasSwitch(spec, nccl) || shapeProblem(spec.kind, own, spec.ranks, spec) !== null) return null;
    // Of an all-gather and a reduce-scatter the blocks are the parts.
    return {
      algorithm: own,
      ...(spec.kind === 'all-reduce' ? { chunks: nvlsChunks(bytes, comm.channels, membersPerServer(comm.ranks, spec)) } : {}),
    };
  }
  const channels = ncclChannels({ ...comm, algorithm, protocol, bytes });
  const stepBytes = algorithm === 'tree' && protocol === 'll128' ? treeChunkBytes(bytes / channels, comm) : STEP_BYTES[protocol];
  const inSteps = Math.max(1, Math.ceil(bytes / channels / stepBytes));
  // A step of a ring already carries a p-th of the data; trees and chains live from many small steps.
  const shape = own === 'ring' ? { channels } : { channels, chunks: inSteps };
  const crossing = own !== 'double-binary-tree' && mayUsePxn(spec, comm.nodes, nccl) ? [{ ...shape, pxn: true }] : [];
  return (
    [...crossing, shape, { ...shape, channels: 1 }]
      .map((candidate): Shape => ({ algorithm: own, ...candidate }))
      .find((candidate) => shapeProblem(spec.kind, own, spec.ranks, { ...spec, ...candidate }) === null) ?? null
  );
}

/** Grouped sends and receives in NCCL's order of peers, where the servers are whole. */
function allToAllChoice(spec: CollectiveSpec, { servers }: ServerShares, nccl: NcclSpec): AutoChoice {
  const ranks = spec.groups?.size ?? spec.ranks;
  const protocol = servers === 1 && spec.sizeBytes / ranks <= nccl.channels * LL_MESSAGE_BYTES ? 'll' : 'simple';
  const problem = shapeProblem('all-to-all', 'nccl', spec.ranks, spec);
  const algorithm = problem === null ? 'nccl' : 'direct';
  const why = problem === null ? '' : ` (${problem.message})`;
  const pxn = mayUsePxn(spec, servers, nccl);
  const crossing = pxn && shapeProblem('all-to-all', algorithm, spec.ranks, { ...spec, pxn }) === null ? { pxn } : {};
  const how = `${protocol.toUpperCase()}${crossing.pxn === true ? ' and pxn' : ''}`;
  const text = `algorithm: auto runs ${algorithm} with ${how}: NCCL's all-to-all is grouped sends and receives${why}`;
  return { spec: { ...spec, algorithm, ...crossing }, protocol, notice: { level: 'note', text } };
}
