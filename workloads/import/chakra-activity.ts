import type { ChakraOptions } from '../../sim/base/file-spec.ts';
import { MAX_TIME_PS } from '../../sim/base/scenario.ts';
import { PS_PER_UNIT } from '../../sim/base/time-unit.ts';
import type { Notice } from '../workload.ts';
import type { ProcessGroup, ProcessGroups } from './chakra-groups.ts';
import { COMM_TYPES, describeNode, NODE_TYPES, type TraceNode } from './chakra-trace.ts';
import type { TraceCollective } from './group-collective.ts';
import type { Problems } from './problems.ts';

/** What occupies which part of a rank. One activity of a unit runs at a time; receives and `pass` need none. */
export type Unit = 'cpu' | 'compute' | 'network';

export type Activity =
  | { readonly kind: 'pass' }
  | { readonly kind: 'compute'; readonly unit: Unit; readonly durationPs: number }
  | { readonly kind: 'collective'; readonly collective: TraceCollective; readonly sizeBytes: number; readonly group: ProcessGroup }
  | { readonly kind: 'send' | 'recv'; readonly src: number; readonly dst: number; readonly tag: number; readonly sizeBytes: number };

/** Picoseconds in the unit of `chakra.durationUnit`. */
/** ASTRA-sim lasts a compute of duration 0 one nanosecond. */
const SHORTEST_PS = 1e3;

const SIMULATED: Readonly<Record<string, TraceCollective>> = {
  ALL_REDUCE: 'all-reduce',
  ALL_GATHER: 'all-gather',
  REDUCE_SCATTER: 'reduce-scatter',
  ALL_TO_ALL: 'all-to-all',
  REDUCE: 'reduce',
  GATHER: 'gather',
  SCATTER: 'scatter',
  BARRIER: 'barrier',
};

/** Counts what a person should know about one trace. */
interface Tally {
  launches: number;
  cpuCollectives: number;
  broadcasts: number;
  replayed: number;
  commTypes: number;
  empty: number;
  rooted: number;
}

/**
 * Decides what each node of one rank does, by the execution rules of ASTRA-sim 2.x. Nodes that cannot be executed are noted in
 * `problems` and become `pass`.
 */
export class ActivityReader {
  readonly #file: string;
  readonly #rank: number;
  readonly #worldSize: number;
  readonly #groups: ProcessGroups;
  readonly #options: ChakraOptions;
  readonly #problems: Problems;
  readonly #tally: Tally = { launches: 0, cpuCollectives: 0, broadcasts: 0, replayed: 0, commTypes: 0, empty: 0, rooted: 0 };

  constructor(file: string, rank: number, worldSize: number, groups: ProcessGroups, options: ChakraOptions, problems: Problems) {
    this.#file = file;
    this.#rank = rank;
    this.#worldSize = worldSize;
    this.#groups = groups;
    this.#options = options;
    this.#problems = problems;
  }

  read(node: TraceNode): Activity {
    const type = NODE_TYPES[node.type];
    switch (type) {
      case 'METADATA':
        return { kind: 'pass' };
      case 'COMP':
        return this.#compute(node, this.#isCpu(node) ? 'cpu' : 'compute');
      case 'COMM_COLL':
        return this.#collective(node);
      case 'COMM_SEND':
        return this.#message(node, 'send');
      case 'COMM_RECV':
        return this.#message(node, 'recv');
      case 'MEM_LOAD':
      case 'MEM_STORE':
        return this.#refuse(node, `${type} needs a memory model, which netsim has not`);
      default:
        return this.#refuse(node, `node type ${node.type} (${type ?? 'unknown'})`);
    }
  }

  /** Notices about the nodes read so far. */
  notices(): Notice[] {
    const { launches, cpuCollectives, broadcasts, replayed, commTypes, empty, rooted } = this.#tally;
    const lines: readonly (readonly [number, Notice['level'], string])[] = [
      [launches, 'note', 'COMM_COLL nodes on the CPU without size are launch records: they run as CPU operations'],
      [cpuCollectives, 'warning', 'COMM_COLL nodes are marked is_cpu_op but have a size: they run as communication'],
      [broadcasts, 'warning', 'broadcasts are replayed by their duration and send nothing'],
      [replayed, 'warning', 'collectives without size or type are replayed by their duration (chakra.missingComm) and send nothing'],
      [commTypes, 'note', 'send and receive nodes carry a comm_type, which means nothing there'],
      [rooted, 'warning', 'collectives have a root, which a trace does not name: the first rank of their group is taken'],
      [empty, 'warning', 'collectives have size 0 and send nothing'],
    ];
    return lines.filter(([count]) => count > 0).map(([count, level, text]) => ({ level, text: `${this.#file}: ${count} ${text}` }));
  }

  #refuse(node: TraceNode, what: string, hint?: string): Activity {
    this.#problems.add('E426', `${describeNode(node)}: ${what}`, { file: this.#file }, hint);
    return { kind: 'pass' };
  }

  #compute(node: TraceNode, unit: Unit): Activity {
    const exact = node.duration * PS_PER_UNIT[this.#options.durationUnit];
    if (!(exact <= MAX_TIME_PS))
      return this.#refuse(node, `duration ${node.duration} ${this.#options.durationUnit} is longer than a run can be`);
    return { kind: 'compute', unit, durationPs: Math.max(SHORTEST_PS, Math.round(exact)) };
  }

  #collective(node: TraceNode): Activity {
    const type = this.#integer(node, 'comm_type');
    const size = this.#integer(node, 'comm_size') ?? (COMM_TYPES[type ?? -1] === 'BARRIER' ? 0 : undefined);
    if (type === undefined || size === undefined) {
      if (this.#isCpu(node)) {
        this.#tally.launches++;
        return this.#compute(node, 'cpu');
      }
      if (this.#options.missingComm === 'error') {
        return this.#refuse(
          node,
          `a collective without ${type === undefined ? 'comm_type' : 'comm_size'}`,
          'chakra: { missingComm: replay } replays its duration',
        );
      }
      this.#tally.replayed++;
      return this.#compute(node, 'network');
    }
    const name = COMM_TYPES[type];
    if (name === 'BROADCAST') {
      this.#tally.broadcasts++;
      return this.#compute(node, 'network');
    }
    const collective = name === undefined ? undefined : SIMULATED[name];
    if (collective === undefined) {
      return this.#refuse(
        node,
        `comm_type ${type} (${name ?? 'unknown'}) is not simulated`,
        `simulated are ${Object.keys(SIMULATED).join(', ')}`,
      );
    }
    const group = this.#group(node);
    if (group === null) return { kind: 'pass' };
    if (this.#isCpu(node)) this.#tally.cpuCollectives++;
    if (size === 0 && collective !== 'barrier') this.#tally.empty++;
    if (collective === 'reduce' || collective === 'gather' || collective === 'scatter') this.#tally.rooted++;
    // comm_size is one rank's part of what is gathered or scattered; netsim's size is the whole.
    const isOneShard = collective === 'all-gather' || collective === 'gather' || collective === 'scatter';
    const sizeBytes = collective === 'barrier' ? 0 : isOneShard ? size * group.ranks.length : size;
    if (!Number.isSafeInteger(sizeBytes))
      return this.#refuse(node, `comm_size ${size} of ${group.ranks.length} ranks is 2^53 bytes or more`);
    return { kind: 'collective', collective, sizeBytes, group };
  }

  #group(node: TraceNode): ProcessGroup | null {
    const dimensions = node.attributes.get('involved_dim');
    if (Array.isArray(dimensions) && !dimensions.every(Boolean)) {
      this.#refuse(node, 'involved_dim leaves out a network dimension', 'ranks form one dimension here: name the ranks by a process group');
      return null;
    }
    const name = node.attributes.get('pg_name') ?? '';
    const group = this.#groups.find(String(name));
    if (group === undefined) {
      this.#refuse(node, `there is no process group "${String(name)}"`, 'a METADATA node must list it');
      return null;
    }
    if (!group.ranks.includes(this.#rank)) {
      this.#refuse(node, `process group "${String(name)}" does not hold rank ${this.#rank}`);
      return null;
    }
    return group;
  }

  #message(node: TraceNode, kind: 'send' | 'recv'): Activity {
    if (node.attributes.has('comm_type')) this.#tally.commTypes++;
    const src = this.#integer(node, 'comm_src') ?? (kind === 'send' ? this.#rank : undefined);
    const dst = this.#integer(node, 'comm_dst') ?? (kind === 'recv' ? this.#rank : undefined);
    const sizeBytes = this.#integer(node, 'comm_size');
    if (src === undefined) return this.#refuse(node, 'a receive without comm_src');
    if (dst === undefined) return this.#refuse(node, 'a send without comm_dst');
    if (sizeBytes === undefined) return this.#refuse(node, `a ${kind} without comm_size`);
    const own = kind === 'send' ? src : dst;
    if (own !== this.#rank)
      return this.#refuse(node, `comm_${kind === 'send' ? 'src' : 'dst'} is ${own} in the trace of rank ${this.#rank}`);
    if (Math.max(src, dst) >= this.#worldSize) {
      return this.#refuse(node, `there is no rank ${Math.max(src, dst)}`, `there are ${this.#worldSize} traces`);
    }
    if (src === dst) return this.#refuse(node, `rank ${src} sends to itself`);
    return { kind, src, dst, tag: this.#integer(node, 'comm_tag') ?? 0, sizeBytes };
  }

  /** false when the attribute is missing, as ASTRA-sim 2.x reads it. */
  #isCpu(node: TraceNode): boolean {
    const value = node.attributes.get('is_cpu_op') ?? false;
    if (typeof value !== 'boolean') this.#refuse(node, 'is_cpu_op is neither true nor false');
    return value === true;
  }

  /** A non-negative integer of any kind; undefined when the attribute is missing or has no value. */
  #integer(node: TraceNode, name: string): number | undefined {
    const value = node.attributes.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.#refuse(node, `${name} is no whole number from 0 to 2^53 - 1`);
    return undefined;
  }
}
