import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { powerOfTwoBelow } from './blocks.ts';
import { membersPerServer } from './shape-problem.ts';

/**
 * Hockney's cost model: a message of m bytes takes alpha + m beta, adding it m gamma; every member has one port, which sends and receives at
 * once (full duplex), and nothing else is in the way.
 */
export interface MessageCost {
  readonly alphaPs: number;
  readonly betaPsPerByte: number;
  /** Default 0. */
  readonly gammaPsPerByte?: number;
  /** Between the members of a server, where that differs; of the hierarchical algorithms. */
  readonly inServer?: { readonly alphaPs: number; readonly betaPsPerByte: number };
  /** An empty message, where that is not alpha. */
  readonly emptyPs?: number;
}

/** How a closed form relates to the algorithm on the model's network. */
export type FormKind = 'exact' | 'approximate' | 'lower bound' | 'upper bound';

export interface CollectiveTime {
  readonly timePs: number;
  readonly is: FormKind;
}

/**
 * Time of a collective by the closed form of its algorithm (docs/collectives.md lists them, with their conditions and sources); null: it has none.
 * `exact` supposes blocks of equal size, and that a member sends its messages one after the other in the order in which it starts them.
 * With `sync: step` the forms are sums over steps that do not overlap, hence lower bounds: the barriers come on top.
 */
export function collectiveTime(spec: CollectiveSpec, cost: MessageCost): CollectiveTime | null {
  if (spec.window !== undefined || spec.pxn === true) return null;
  const p = spec.groups?.size ?? spec.ranks;
  if (p < 2) return { timePs: 0, is: 'exact' };
  const form = formOf(spec, p) ?? pipelinedRing(spec, p, cost);
  if (form === null) return null;
  const { steps, bytes, added = 0, is = 'exact', empty = 0, inServer } = form;
  const near = cost.inServer ?? cost;
  const timePs =
    steps * cost.alphaPs +
    bytes * cost.betaPsPerByte +
    added * (cost.gammaPsPerByte ?? 0) +
    empty * (cost.emptyPs ?? cost.alphaPs) +
    (inServer === undefined ? 0 : inServer.steps * near.alphaPs + inServer.bytes * near.betaPsPerByte);
  return { timePs, is: spec.sync === 'step' ? 'lower bound' : is };
}

/** What stands before alpha, beta and gamma on the longest path. */
interface Form {
  readonly steps: number;
  readonly bytes: number;
  /** Default 0. */
  readonly added?: number;
  /** Empty messages. */
  readonly empty?: number;
  /** The same inside servers, where a form has both. */
  readonly inServer?: { readonly steps: number; readonly bytes: number };
  /** Default `exact`. */
  readonly is?: FormKind;
}

function formOf(spec: CollectiveSpec, p: number): Form | null {
  const { channels = 1, bidirectional = false, chunks = 1 } = spec;
  if (channels > 1 || bidirectional || (chunks > 1 && spec.reduceRateBps !== undefined)) return null;
  switch (spec.kind) {
    case 'all-reduce':
      return allReduceForm(spec, p);
    case 'all-gather':
      return allGatherForm(spec, p);
    case 'reduce-scatter':
      return reduceScatterForm(spec, p);
    case 'broadcast':
    case 'reduce':
    case 'gather':
    case 'scatter':
      return rootedForm(spec, p);
    case 'all-to-all':
      return allToAllForm(spec, p);
    case 'barrier':
      return { steps: 0, bytes: 0, empty: Math.ceil(Math.log2(p)) };
    case 'send-recv':
      return { steps: 1, bytes: spec.sizeBytes };
    case 'all-to-all-v':
      return null;
  }
}

/**
 * A ring in chunks: a step lasts as long as the port needs for all of it, or as its first chunk needs to arrive and go on, whichever is longer;
 * the last one has to arrive whole.
 */
function pipelinedRing(
  { kind, algorithm, sizeBytes, chunks = 1, channels = 1, bidirectional, reduceRateBps }: CollectiveSpec,
  p: number,
  cost: MessageCost,
): Form | null {
  if (algorithm !== 'ring' || chunks === 1 || channels > 1 || bidirectional === true || reduceRateBps !== undefined) return null;
  const steps = kind === 'all-reduce' ? 2 * (p - 1) : p - 1;
  const block = sizeBytes / p;
  const isPortBound = block * cost.betaPsPerByte >= cost.alphaPs + (block / chunks) * cost.betaPsPerByte;
  return isPortBound ? { steps: 1, bytes: steps * block } : { steps, bytes: ((steps - 1) * block) / chunks + block };
}

/** What all forms are made of: the power of two below p and its logarithm, and the share of the vector that is not a member's own. */
function terms(p: number) {
  const core = powerOfTwoBelow(p);
  return {
    core,
    /** floor(lg p). */
    doublings: Math.log2(core),
    /** ceil(lg p). */
    rounds: Math.ceil(Math.log2(p)),
    isPower: core === p,
    others: (p - 1) / p,
    coreOthers: (core - 1) / core,
  };
}

function allReduceForm(spec: CollectiveSpec, p: number): Form | null {
  const { algorithm, sizeBytes: n, chunks = 1, dims = [] } = spec;
  const { doublings, rounds, isPower, others, coreOthers } = terms(p);
  switch (algorithm) {
    case 'ring': // F26
      return chunks === 1 ? { steps: 2 * (p - 1), bytes: 2 * n * others, added: n * others } : null;
    case 'direct': // F27
      return { steps: 2, bytes: 2 * n * others, added: n * others, is: whereNothingIsAdded(spec) };
    case 'halving-doubling': // F24, F25: the vector is cut into `core` blocks, whatever p is.
      return isPower
        ? { steps: 2 * doublings, bytes: 2 * n * others, added: n * others }
        : { steps: 2 * doublings + 2, bytes: 2 * n * (coreOthers + 1), added: n * (1 + coreOthers), is: 'approximate' };
    case 'recursive-doubling': // F22, F23
      return isPower
        ? { steps: doublings, bytes: doublings * n, added: doublings * n }
        : { steps: doublings + 2, bytes: (doublings + 2) * n, added: (doublings + 1) * n, is: 'approximate' };
    case 'one-shot': // F28
      return { steps: 1, bytes: (p - 1) * n, added: (p - 1) * n, is: whereNothingIsAdded(spec) };
    case 'tree': // F29: an inner member receives from two children on one port.
      return { steps: 2 * (rounds + chunks - 1), bytes: (4 * (rounds + chunks - 1) * n) / chunks, is: 'approximate' };
    case 'double-binary-tree': // F30, for many chunks
      return { steps: 2 * rounds, bytes: 2 * n, is: 'approximate' };
    case 'chain': // F31 without the latency of all chunks but the first
      return { steps: 2 * (p - 1), bytes: (2 * (p - 2 + chunks) * n) / chunks, added: (p - 1) * n };
    case 'torus': {
      // F42
      let before = 1;
      let steps = 0;
      let bytes = 0;
      for (const length of dims) {
        before *= length;
        steps += 2 * (length - 1);
        bytes += (2 * (length - 1) * n) / before;
      }
      return { steps, bytes, added: bytes / 2 };
    }
    case 'hierarchical': {
      // F38
      const g = membersPerServer(p, spec);
      const servers = p / g;
      return {
        steps: 2 * (servers - 1),
        bytes: (2 * (servers - 1) * n) / p,
        added: n * others,
        inServer: { steps: 2 * (g - 1), bytes: (2 * (g - 1) * n) / g },
      };
    }
    case 'nvls': // Each port carries n each way.
      return { steps: 0, bytes: 0, inServer: { steps: 1, bytes: n }, is: 'lower bound' };
    default:
      return null;
  }
}

function allGatherForm(spec: CollectiveSpec, p: number): Form | null {
  const { algorithm, sizeBytes: n, chunks = 1 } = spec;
  const { doublings, rounds, others } = terms(p);
  const bytes = n * others;
  switch (algorithm) {
    case 'ring': // F19
      return chunks === 1 ? { steps: p - 1, bytes } : null;
    case 'recursive-doubling': // F17
      return { steps: doublings, bytes };
    case 'bruck': // F18
      return { steps: rounds, bytes };
    case 'neighbor-exchange': // F20
      return { steps: p / 2, bytes };
    case 'direct': // F21
      return { steps: 1, bytes };
    case 'nvls': // A sender's port carries its block once.
      return { steps: 0, bytes: 0, inServer: { steps: 1, bytes } };
    case 'hierarchical': {
      // F39
      const g = membersPerServer(p, spec);
      const servers = p / g;
      return { steps: servers - 1, bytes: ((servers - 1) * n) / p, inServer: { steps: g - 1, bytes: ((g - 1) * n) / g } };
    }
    default:
      return null;
  }
}

/** Messages that arrive together are added one by one, the first of them before the last is there. */
const whereNothingIsAdded = ({ reduceRateBps }: CollectiveSpec): FormKind => (reduceRateBps === undefined ? 'exact' : 'upper bound');

function reduceScatterForm(spec: CollectiveSpec, p: number): Form | null {
  const { algorithm, sizeBytes: n, chunks = 1 } = spec;
  const { core, doublings, isPower, others } = terms(p);
  const bytes = n * others;
  switch (algorithm) {
    case 'ring': // F14
      return chunks === 1 ? { steps: p - 1, bytes, added: bytes } : null;
    case 'pairwise': // F14
      return { steps: p - 1, bytes, added: bytes };
    case 'direct': // F16
      return { steps: 1, bytes, added: bytes, is: whereNothingIsAdded(spec) };
    case 'recursive-halving': {
      // F12, F13: of the p - core members that absorbed a neighbour each has two blocks, and the largest half has them all.
      if (isPower) return { steps: doublings, bytes, added: bytes };
      let blocks = 0;
      for (let mask = 1; mask < core; mask *= 2) blocks += mask + Math.min(mask, p - core);
      return { steps: doublings + 2, bytes: n * (1 + (blocks + 1) / p), added: n * (1 + blocks / p), is: 'approximate' };
    }
    case 'recursive-doubling': // F15
      return isPower ? { steps: doublings, bytes: n * (doublings - others), added: n * (doublings - others) } : null;
    case 'nvls': // A receiver's port carries its sum once.
      return { steps: 0, bytes: 0, inServer: { steps: 1, bytes } };
    default:
      return null;
  }
}

function rootedForm({ kind, algorithm, sizeBytes: n, chunks = 1 }: CollectiveSpec, p: number): Form | null {
  const { doublings, rounds, isPower, others, coreOthers } = terms(p);
  switch (algorithm) {
    case 'binomial':
      // F10; F7; F2
      if (kind === 'gather' || kind === 'scatter') return { steps: rounds, bytes: n * others, is: isPower ? 'exact' : 'upper bound' };
      return { steps: rounds, bytes: rounds * n, added: kind === 'reduce' ? rounds * n : 0, is: isPower ? 'exact' : 'upper bound' };
    case 'scatter-allgather': // F3, F4
      return { steps: isPower ? 2 * doublings : rounds + p - 1, bytes: 2 * n * others, is: isPower ? 'exact' : 'upper bound' };
    case 'chain': // F5 without the latency of all chunks but the first: a port is free again before its message has arrived
      return { steps: p - 1, bytes: ((p - 2 + chunks) * n) / chunks, added: kind === 'reduce' ? (p - 1) * n : 0 };
    case 'rabenseifner': // F8, F9: `core` blocks, and a fold of one step.
      return isPower
        ? { steps: 2 * doublings, bytes: 2 * n * others, added: n * others }
        : { steps: 2 * doublings + 1, bytes: n * (2 * coreOthers + 1), added: n * (1 + coreOthers), is: 'approximate' };
    case 'linear': // F11
      return { steps: 1, bytes: n * others };
    default:
      return null;
  }
}

function allToAllForm(spec: CollectiveSpec, p: number): Form | null {
  const { algorithm, sizeBytes: n } = spec;
  const { rounds, others } = terms(p);
  switch (algorithm) {
    case 'direct': // F35
      return { steps: 1, bytes: n * others };
    case 'pairwise': // F34
      return { steps: p - 1, bytes: n * others };
    case 'bruck': {
      // F32, F33: each block goes one step for each bit of its way.
      let hops = 0;
      for (let way = 1; way < p; way++) for (let rest = way; rest > 0; rest >>= 1) hops += rest & 1;
      return { steps: rounds, bytes: (n / p) * hops };
    }
    case 'ring': // F36
      return { steps: p - 1, bytes: (n * (p - 1)) / 2 };
    case 'two-step': {
      // F40
      const g = membersPerServer(p, spec);
      const servers = p / g;
      return { steps: servers - 1, bytes: ((servers - 1) * n) / servers, inServer: { steps: g - 1, bytes: ((g - 1) * n) / g } };
    }
    default:
      return null;
  }
}

/**
 * F6: the number of chunks with which a chain of p members is fastest where every chunk has its latency (F5), k = sqrt((p-2) n beta / alpha)
 * rounded to one of its neighbours, and the time that F5 cannot beat, (sqrt((p-2) alpha) + sqrt(n beta))^2.
 */
export function bestChainChunks(
  p: number,
  sizeBytes: number,
  { alphaPs, betaPsPerByte }: MessageCost,
): { readonly chunks: number; readonly floorPs: number } {
  const time = (chunks: number): number => (p - 2 + chunks) * (alphaPs + (sizeBytes * betaPsPerByte) / chunks);
  const ideal = Math.sqrt(((p - 2) * sizeBytes * betaPsPerByte) / alphaPs);
  const below = Math.max(1, Math.floor(ideal));
  return {
    chunks: time(below + 1) < time(below) ? below + 1 : below,
    floorPs: (Math.sqrt((p - 2) * alphaPs) + Math.sqrt(sizeBytes * betaPsPerByte)) ** 2,
  };
}

/** F41: an all-to-all on servers of g members takes no less than what has to leave a member's NIC, or what has to cross its server's links. */
export function flatAllToAllFloorPs(p: number, g: number, sizeBytes: number, cost: MessageCost): number {
  const near = cost.inServer ?? cost;
  return (sizeBytes / p) * Math.max((p - g) * cost.betaPsPerByte, (g - 1) * near.betaPsPerByte);
}
