import type { BalancerSpec, PortKey } from '../base/balancer-spec.ts';
import type { SwitchSpec } from '../base/device-spec.ts';
import { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import type { Region } from '../engine/arena.ts';
import type { Limits } from '../derive.ts';
import { Adaptive, type AdaptiveParts } from './adaptive.ts';
import { CongaRouter, congaShared, mostTorPorts } from './conga.ts';
import { ConWeaveReceiving, ConWeaveSending, replyTimes } from './conweave-flows.ts';
import { ConWeaveRouter, type ConWeaveShared } from './conweave.ts';
import { Drill } from './drill.ts';
import { EcmpAdaptive } from './ecmp-adaptive.ts';
import { FlowletAdaptive } from './flowlet-ar.ts';
import { hashFamily, hashSalts, type HashedFlows } from './hash.ts';
import { HashedRouter } from './hashed-router.ts';
import type { HopRule } from './hop-rule.ts';
import { JoinShortestQueue, type QueueParts } from './jsq.ts';
import { LetFlow } from './letflow.ts';
import { Ofan, torGroups } from './ofan.ts';
import { MixedRouter } from './mixed-router.ts';
import { PinTables } from './pin-tables.ts';
import { PinnedRouter } from './pinned-router.ts';
import { choosesEntropy, packetRule, pinsPaths } from './plan.ts';
import { needsUse, PortKeys } from './port-keys.ts';
import { PortUse } from './port-use.ts';
import { PowerOfTwo } from './power-of-two.ts';
import { resilientSlots } from './resilient.ts';
import type { RouteEpochs } from './route-epochs.ts';
import { RouteTables } from './route-tables.ts';
import type { PortView, Router } from './router.ts';
import { RuleRouter } from './rule-router.ts';
import { SwitchRoundRobin } from './switch-round-robin.ts';
import { weightedSlots } from './wcmp.ts';

export interface RouterInput {
  readonly topology: Topology;
  readonly balancer: BalancerSpec;
  readonly flows: HashedFlows;
  readonly switch: Pick<SwitchSpec, 'hash' | 'sameSalt'>;
  readonly seed: number;
  readonly limits: Pick<Limits, 'queueBytes' | 'bdpBytes'>;
  /** Wire size of a full packet. */
  readonly fullBytes: number;
  /** For the tables of next hops. */
  readonly region: Region;
  /** Of the engine. */
  readonly clock: Float64Array;
  readonly ports: PortView;
  /** Of the two words that `conga` adds to a record (engine/record-layout.ts). */
  readonly tagWord: number;
  /** Of the six that `conweave` adds. */
  readonly orderWord: number;
  readonly ackBytes: number;
}

/** The streams of the switches of a run by purpose: routers that draw for the same purpose share one. */
type SwitchStreams = (purpose: string) => PacketStreams;

function switchStreams(seed: number, switches: number): SwitchStreams {
  const known = new Map<string, PacketStreams>();
  return (purpose) => {
    const streams = known.get(purpose) ?? new PacketStreams(seed, purpose, switches);
    known.set(purpose, streams);
    return streams;
  };
}

/** The next hops of a fabric as this balancer's routers take them: one object for all switches, kept as long as its routing may return. */
const routeTables = (topology: Topology, { kind }: BalancerSpec, region: Region): RouteTables =>
  new RouteTables(topology, kind === 'wcmp' ? weightedSlots(topology) : null, region);

/** The next hops of each routing of a run. */
function tablesOf({ routings }: RouteEpochs, balancer: BalancerSpec, failHash: SwitchSpec['failHash'], region: Region): RouteTables[] {
  if (failHash === 'rehash-all') return routings.map((topology) => routeTables(topology, balancer, region));
  const whole = routeTables(routings[0]!, balancer, region);
  return routings.map((topology, i) => (i === 0 ? whole : new RouteTables(topology, resilientSlots(whole), region)));
}

/** One router for every switch, in switch order. */
export function routers(input: RouterInput): Router[] {
  return routersWith(input, switchStreams(input.seed, input.topology.switches));
}

/** What the routers of several jobs are made of. */
export interface MixedRouterInput extends Omit<RouterInput, 'balancer'> {
  readonly switch: Pick<SwitchSpec, 'hash' | 'sameSalt' | 'failHash'>;
  /** Of each job. */
  readonly balancers: readonly BalancerSpec[];
  readonly jobOfFlow: Uint8Array;
  /** null: the routing never changes. */
  readonly routes: RouteEpochs | null;
}

/** One router for every switch, in switch order, and the next hops that it takes for each routing of the run (docs/mixed-traffic.md 4). */
export function routersOfJobs(input: MixedRouterInput): { readonly routers: Router[]; readonly tables: readonly RouteTables[] } {
  const { balancers, jobOfFlow, routes, topology, seed, clock } = input;
  const kinds = balancers.map(routerKind);
  const distinct = balancers.filter((_, job) => kinds.indexOf(kinds[job]!) === job);
  const streams = switchStreams(seed, topology.switches);
  const ofBalancer = distinct.map((balancer) => routersWith({ ...input, balancer }, streams));
  const tables = distinct.map((balancer) => (routes === null ? [] : tablesOf(routes, balancer, input.switch.failHash, input.region)));
  if (distinct.length === 1) return { routers: ofBalancer[0]!, tables: tables[0]! };
  const routerOfJob = kinds.map((kind) => distinct.findIndex((balancer) => routerKind(balancer) === kind));
  const shared = { routerOfFlow: jobOfFlow.map((job) => routerOfJob[job]!), tables, clock };
  return {
    routers: ofBalancer[0]!.map(
      (_, s) =>
        new MixedRouter(
          ofBalancer.map((each) => each[s]!),
          shared,
        ),
    ),
    tables: tables[0]!,
  };
}

/** Balancers of one kind are the same to a switch. */
function routerKind(balancer: BalancerSpec): string {
  if (pinsPaths(balancer)) return 'pinned';
  const isHashed = balancer.kind !== 'wcmp' && (packetRule(balancer.kind) === 'fixed' || choosesEntropy(balancer));
  return isHashed ? `hashed, entropies: ${choosesEntropy(balancer)}` : JSON.stringify(balancer);
}

function routersWith(input: RouterInput, streams: SwitchStreams): Router[] {
  const { topology, balancer, flows, seed, clock } = input;
  const { switches } = topology;
  const tables = routeTables(topology, balancer, input.region);
  if (pinsPaths(balancer)) {
    const pins = new PinTables(topology, input.region);
    return Array.from({ length: switches }, (_, s) => new PinnedRouter(tables, pins, s));
  }
  const family = hashFamily(input.switch.hash, flows, choosesEntropy(balancer));
  const salts = hashSalts(topology, input.switch, seed);
  if (balancer.kind === 'conga') {
    const shared = congaShared(balancer, topology, clock, flows.srcHost, input.tagWord, streams('conga'));
    return Array.from({ length: switches }, (_, s) => new CongaRouter(tables, s, family, salts[s]!, shared));
  }
  if (balancer.kind === 'conweave') {
    const { srcHost, dstHost } = flows;
    const shared: ConWeaveShared = {
      ...{ spec: balancer, topology, clock, srcHost, dstHost, words: input.orderWord, draws: streams('conweave') },
      sending: new ConWeaveSending(replyTimes(balancer, topology, flows, input)),
      receiving: new ConWeaveReceiving(srcHost.length),
      mostPorts: mostTorPorts(topology),
    };
    return Array.from({ length: switches }, (_, s) => new ConWeaveRouter(tables, s, family, salts[s]!, shared));
  }
  const key = 'key' in balancer ? balancer.key : null;
  const use = key !== null && needsUse(key) ? new PortUse(topology.linkRateBps, clock) : null;
  const ruleOf = hopRules(input, key, use, streams);
  return Array.from({ length: switches }, (_, s) => {
    const salt = salts[s]!;
    const rule = ruleOf(s, { family, salt });
    return rule === null ? new HashedRouter(tables, s, family, salt) : new RuleRouter(tables, s, { family, salt }, rule, clock, use);
  });
}

type Hash = ConstructorParameters<typeof RuleRouter>[2];

/** The rule of each switch; null where it hashes. */
function hopRules(
  input: RouterInput,
  key: PortKey | null,
  use: PortUse | null,
  streams: SwitchStreams,
): (s: number, hash: Hash) => HopRule | null {
  const { topology, balancer, seed, clock, ports, limits } = input;
  const { tors, links } = topology;
  const largestSet = topology.setOffset.reduce((largest, end, k) => Math.max(largest, end - (topology.setOffset[k - 1] ?? 0)), 0);
  const queueParts = (): ((s: number) => QueueParts) => {
    const draws = streams('adaptive');
    return (switchIndex) => ({ clock, ports, draws, switchIndex, largestSet });
  };
  const adaptiveParts = (): ((s: number) => AdaptiveParts) => {
    const full = Number.isFinite(limits.queueBytes) ? limits.queueBytes : 5 * limits.bdpBytes;
    const keys = new PortKeys(key!, links, clock, ports, use, full);
    const draws = streams('adaptive');
    return (switchIndex) => ({ keys, draws, switchIndex, largestSet });
  };
  switch (balancer.kind) {
    case 'spray-switch-rr': {
      const draws = streams('round-robin');
      return (s) => new SwitchRoundRobin(s, balancer.variant === 'permute' ? 1 : 0, draws);
    }
    case 'spray-tor-rr': {
      const draws = streams('round-robin');
      return (s) => (s < tors ? new SwitchRoundRobin(s, 5, draws) : null);
    }
    case 'ofan': {
      const groups = torGroups(topology);
      return (s) => new Ofan(topology, s, groups, input.fullBytes, seed);
    }
    case 'ar': {
      const parts = adaptiveParts();
      return (s) => new Adaptive(parts(s));
    }
    case 'ecmp-adaptive': {
      const parts = adaptiveParts();
      return (s, { family, salt }) => new EcmpAdaptive(parts(s), family, salt);
    }
    case 'flowlet-ar': {
      const parts = adaptiveParts();
      return (s) => new FlowletAdaptive(balancer.gapPs, clock, parts(s));
    }
    case 'ar-p2c': {
      const parts = queueParts();
      return (s) => new PowerOfTwo(parts(s));
    }
    case 'jsq': {
      const parts = queueParts();
      return (s) => new JoinShortestQueue(parts(s));
    }
    case 'drill': {
      const parts = queueParts();
      return (s) => new Drill(parts(s), tors);
    }
    case 'letflow': {
      const draws = streams('flowlet');
      return (s) => new LetFlow(balancer.gapPs, clock, draws, s);
    }
    default:
      return () => null;
  }
}
