import { ConfigError } from '../../sim/base/errors.ts';
import type { Measuring } from '../../sim/base/measures.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import { COMPUTE, type Schedule, ScheduleBuilder, SEND } from '../../sim/base/schedule.ts';
import type { Notice, Workload } from '../workload.ts';
import { gatedRouter } from './gated.ts';
import { type ExpertGroup, expertGroups } from './groups.ts';
import { hotRankGate } from './hot-rank.ts';
import type { Router } from './layer-plan.ts';
import { expertRanks } from './placement.ts';
import { Planner } from './planner.ts';
import { hasTwoHops } from './schemes.ts';
import { sharedGates, type SourceGates, stickyGates, weightedGates } from './source-gates.ts';
import { expertFlowRouter } from './expertflow.ts';
import { preMoeGates, preMoeRouter } from './premoe.ts';
import { readMeRouter } from './read-me.ts';
import { t2mirRouter } from './t2mir.ts';
import { thorRouter } from './thor.ts';
import { type Recorded, Timeline } from './timeline.ts';
import { traceGates } from './trace.ts';

/**
 * Expert-parallel exchanges of a mixture-of-experts model (docs/moe.md): for each layer a dispatch of X[s][d] token copies from s to d, the
 * computation of the experts, and a combine the other way; in training, in reverse order of layers, the gradient of combine (shaped like
 * dispatch) and that of dispatch (shaped like combine).
 *
 * Facts: skew and spread of the drawn routing, means over the layers, and the bytes of the forward pass. Measures: `dispatch_us`, `combine_us`.
 *
 * @throws ConfigError when the spec contradicts itself
 * @throws ImportError when a routing trace is malformed or too short
 */
export function moeWorkload(spec: MoeSpec, seed: number): Workload {
  if (spec.topk > spec.experts) {
    throw new ConfigError('E147', `each token needs ${spec.topk} different experts, there are ${spec.experts}`, {
      where: { path: 'workload.topk' },
      hint: `at most ${spec.experts}`,
    });
  }
  const groups = expertGroups(spec);
  if (hasTwoHops(spec.scheme) && !groups.every(({ isGrid }) => isGrid)) {
    throw new ConfigError('E147', `${spec.scheme} among servers that hold different local ranks of a group`, {
      where: { path: 'workload.scheme' },
      hint: 'a group has the same local ranks on each of its servers, or another scheme',
    });
  }
  const { router, planner, notices } = routerOf(spec, seed, groups);
  const builder = new ScheduleBuilder(spec.ranks);
  const timeline = new Timeline(spec, builder, groups, router);
  timeline.add();
  const schedule = builder.build();
  const { recorded } = timeline;
  const bytes = (shape: Recorded['shape'], of: 'bytes' | 'networkBytes'): number =>
    recorded.reduce((sum, exchange) => (exchange.carries === 'tokens' && exchange.shape === shape ? sum + exchange[of] : sum), 0);
  return {
    schedule,
    notices,
    facts: {
      ...planner.facts.facts(),
      ...router.facts(),
      dispatch_bytes: bytes('dispatch', 'bytes'),
      combine_bytes: bytes('combine', 'bytes'),
      dispatch_network_bytes: bytes('dispatch', 'networkBytes'),
      combine_network_bytes: bytes('combine', 'networkBytes'),
    },
    measure: measureExchanges(schedule, recorded),
  };
}

interface Routed {
  readonly router: Router;
  readonly planner: Planner;
  readonly notices: readonly Notice[];
}

function routerOf(spec: MoeSpec, seed: number, groups: readonly ExpertGroup[]): Routed {
  const { routing } = spec;
  const plannerFor = (gates: SourceGates | null): Planner => new Planner(spec, seed, groups, gates);
  const routed = (gates: SourceGates | null, make: (planner: Planner) => Router, notices: readonly Notice[] = []): Routed => {
    const planner = plannerFor(gates);
    return { planner, router: make(planner), notices };
  };
  const gated = (gates: SourceGates, notices: readonly Notice[] = []): Routed =>
    routed(gates, (planner) => gatedRouter(planner, gates), notices);
  switch (routing.kind) {
    case 'uniform':
    case 'zipf':
    case 'dirichlet':
      return gated(weightedGates(spec, routing, seed));
    case 'sticky':
      return gated(stickyGates(spec, routing, seed));
    case 'hot-rank':
      return gated(hotRankGates(spec, routing, groups[0]!, seed));
    case 'trace': {
      const { gates, notices } = traceGates(spec, routing);
      return gated(gates, notices);
    }
    case 'thor':
      return routed(null, (planner) => thorRouter(planner, routing));
    case 't2mir':
      return routed(null, (planner) => t2mirRouter(planner, routing));
    case 'premoe': {
      const gates = preMoeGates(spec, routing, seed);
      return routed(gates, (planner) => preMoeRouter(planner, routing, gates));
    }
    case 'expertflow': {
      const gates = weightedGates(spec, routing.base, seed);
      return routed(gates, (planner) => expertFlowRouter(planner, routing, gates));
    }
    case 'read-me': {
      const gates = weightedGates(spec, routing.base, seed);
      return routed(gates, (planner) => readMeRouter(planner, routing, gates));
    }
  }
}

/** The member of each group that is hot has the same number everywhere. */
function hotRankGates(spec: MoeSpec, { ratio, rank }: { ratio: number; rank: number }, { size }: ExpertGroup, seed: number): SourceGates {
  const { experts, topk, limit, placement } = spec;
  if (placement === 'eplb' || placement === 'co-activation') {
    throw new ConfigError('E147', `a hot rank where ${placement} moves its experts`, {
      where: { path: 'workload.placement' },
      hint: 'linear, round-robin or random',
    });
  }
  const ranks = expertRanks({ experts, ranks: size, placement }, seed);
  const isHot = Uint8Array.from(ranks, (holder) => (holder === rank ? 1 : 0));
  return sharedGates(
    spec,
    seed,
    () => 0,
    () => hotRankGate({ ratio, isHot, ranks: size, k: topk, limit }, seed),
  );
}

/** Each exchange lasts from the posting of its first message to the end of its last operation, ACKs included. */
function measureExchanges({ kind }: Schedule, recorded: readonly Recorded[]): Measuring {
  return ({ startPs, endPs }) => {
    const lasted = { dispatch: 0, combine: 0 };
    for (const { shape, first, end } of recorded) {
      let from = Infinity;
      let to = -Infinity;
      for (let op = first; op < end; op++) {
        if (kind[op] === COMPUTE) continue;
        if (kind[op] === SEND) from = Math.min(from, startPs[op]!);
        to = Math.max(to, endPs[op]!);
      }
      if (to > from) lasted[shape] += to - from;
    }
    return { dispatch_us: lasted.dispatch / 1e6, combine_us: lasted.combine / 1e6 };
  };
}
