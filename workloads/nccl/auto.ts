import type { CollectiveAlgorithm, CollectiveShape, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { membersPerServer, shapeProblem } from '../collectives/shape-problem.ts';
import type { Notice } from '../workload.ts';
import { channelBandwidths, ncclChannels, STEP_BYTES, treeChunkBytes, wireBytes } from './channels.ts';
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
  'all-reduce': { ring: 'ring', tree: 'double-binary-tree' },
  'all-gather': { ring: 'ring' },
  'reduce-scatter': { ring: 'ring' },
  broadcast: { ring: 'chain' },
  reduce: { ring: 'chain' },
};

/** A point-to-point message of so many bytes a channel and fewer uses LL, inside a server only. */
const LL_MESSAGE_BYTES = 16 * 1024;

/** What NCCL would choose for a collective, as far as netsim has it (docs/nccl.md 3). `spec.algorithm` does not matter. */
export function autoChoice(spec: CollectiveSpec, nccl: NcclSpec): AutoChoice {
  if (spec.kind === 'all-to-all') return allToAllChoice(spec, nccl);
  const collective = spec.kind as NcclCollective;
  const comm = communicatorOf(spec, collective, nccl);
  const { costs, choice } = ncclTuner(comm, spec.sizeBytes);
  const runnable = costs.flatMap((cost) => {
    const shape = shapeOf(spec, comm, cost);
    return shape === null ? [] : [{ cost, shape }];
  });
  const best = cheapest(runnable.map(({ cost }) => cost));
  const { shape } = runnable.find(({ cost }) => cost === best)!;
  const chosen = { ...spec, ...shape };
  const others = costs.filter((cost) => cost !== best && cost.algorithm !== best.algorithm);
  const second = others.length === 0 || best !== choice ? '' : `; next: ${described(cheapest(others))}`;
  const replaced = best === choice ? '' : `; NCCL itself would choose ${described(choice)}, which netsim does not have here`;
  const parts = `channels: ${shape.channels ?? 1}, chunks: ${shape.chunks ?? 1}`;
  const text = `algorithm: auto runs ${chosen.algorithm} (${parts}), by NCCL's model ${described(best)}${replaced}${second}`;
  return { spec: chosen, protocol: best.protocol, notice: { level: 'note', text } };
}

const described = ({ algorithm, protocol, timeUs }: NcclCost): string =>
  `${algorithm} with ${protocol.toUpperCase()} (${Number(timeUs.toPrecision(4))} us)`;

/** A Schedule of data as the protocol puts it on the wire, with its flags. */
export function onTheWire(schedule: Schedule, protocol: NcclProtocol): Schedule {
  return protocol === 'simple' ? schedule : { ...schedule, bytes: schedule.bytes.map((bytes) => wireBytes(protocol, bytes)) };
}

/** The communicator of a group of a collective on the machines of an `nccl` block. */
function communicatorOf(spec: CollectiveSpec, collective: NcclCollective, nccl: NcclSpec): NcclCommunicator {
  const ranks = spec.groups?.size ?? spec.ranks;
  const inServer = membersPerServer(ranks, spec);
  const nodes = Math.ceil(ranks / inServer);
  const { gpu, intra, channels, cpu, nvls, sharp } = nccl;
  const links = { nvlinkGBps: NVLINK_GBPS[gpu], pciGBps: PCI_GBPS[gpu] };
  return {
    collective,
    gpu,
    ranks,
    nodes,
    channels,
    intra,
    ...channelBandwidths(nccl, links, inServer),
    cpu,
    ll128: nccl.ll128 ?? intra === 'nvlink',
    nvls,
    sharp,
    sameOrder: nodes === 1,
    treeOnOneGpu: false,
    extraLatencyUs: 0,
  };
}

type Shape = Pick<CollectiveShape, 'channels' | 'chunks'> & { readonly algorithm: CollectiveAlgorithm };

/** How netsim would run one of NCCL's candidates; null: it does not have it. */
function shapeOf(spec: CollectiveSpec, comm: NcclCommunicator, { algorithm, protocol }: NcclCost): Shape | null {
  const own = COUNTERPARTS[comm.collective][algorithm];
  if (own === undefined) return null;
  const { sizeBytes: bytes } = spec;
  const channels = ncclChannels({ ...comm, algorithm, protocol, bytes });
  const stepBytes = algorithm === 'tree' && protocol === 'll128' ? treeChunkBytes(bytes / channels, comm) : STEP_BYTES[protocol];
  const inSteps = Math.max(1, Math.ceil(bytes / channels / stepBytes));
  // A step of a ring already carries a p-th of the data; trees and chains live from many small steps.
  const shape = own === 'ring' ? { channels } : own === 'chain' ? { channels, chunks: inSteps } : { chunks: inSteps };
  return (
    [shape, { ...shape, channels: 1 }]
      .map((candidate): Shape => ({ algorithm: own, ...candidate }))
      .find((candidate) => shapeProblem(spec.kind, own, spec.ranks, { ...spec, ...candidate }) === null) ?? null
  );
}

/** Grouped sends and receives in NCCL's order of peers, where the servers are whole. */
function allToAllChoice(spec: CollectiveSpec, { channels }: NcclSpec): AutoChoice {
  const ranks = spec.groups?.size ?? spec.ranks;
  const isOneServer = membersPerServer(ranks, spec) === ranks;
  const protocol = isOneServer && spec.sizeBytes / ranks <= channels * LL_MESSAGE_BYTES ? 'll' : 'simple';
  const problem = shapeProblem('all-to-all', 'nccl', spec.ranks, spec);
  const algorithm = problem === null ? 'nccl' : 'direct';
  const why = problem === null ? '' : ` (${problem.message})`;
  const text = `algorithm: auto runs ${algorithm} with ${protocol.toUpperCase()}: NCCL's all-to-all is grouped sends and receives${why}`;
  return { spec: { ...spec, algorithm }, protocol, notice: { level: 'note', text } };
}
