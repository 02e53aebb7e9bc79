import type { BalancerSpec } from '../sim/base/balancer-spec.ts';
import { ConfigError } from '../sim/base/errors.ts';
import { DEFAULT_CLASS, jobSeed } from '../sim/base/job-spec.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import type { Schedule } from '../sim/base/schedule.ts';
import type { TransportSpec } from '../sim/base/transport-spec.ts';
import type { Measuring } from '../sim/base/measures.ts';
import { fabricRanks, rankRateBps } from '../topologies/build-topology.ts';
import { backgroundSchedule } from './background.ts';
import { buildWorkload } from './build-workload.ts';
import { mergeSchedules } from '../sim/base/merge-schedules.ts';
import { withLateRanks } from './late-ranks.ts';
import type { Notice, Workload } from './workload.ts';

/** One of the jobs on a fabric, built. */
export interface Job {
  readonly name: string;
  readonly isBackground: boolean;
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  /** 1 to 7. */
  readonly trafficClass: number;
  /** What stands before its config keys: nothing, `jobs[0].` or `background.`. */
  readonly keyPrefix: string;
  /** Of all draws that belong to the job. */
  readonly seed: number;
  /** Its own operations, with ranks of the fabric; operation o of it is `firstOp + o` of the whole. */
  readonly schedule: Schedule;
  readonly firstOp: number;
}

/** All that a Scenario asks of its network: one Schedule, and the jobs that it is made of. */
export interface Traffic {
  readonly schedule: Schedule;
  /** At least one; a background is the last one. */
  readonly jobs: readonly Job[];
  readonly notices: readonly Notice[];
  readonly facts: Readonly<Record<string, number>>;
  /** Of a workload that has the fabric to itself; null: it measures nothing, or there are several. */
  readonly measure: Measuring | null;
  readonly criticalShares: NonNullable<Workload['criticalShares']> | null;
}

interface Part {
  readonly job: Omit<Job, 'schedule' | 'firstOp'>;
  readonly workload: Workload;
  /** Rank of the fabric of each rank of the job; null: its own. */
  readonly ranks: readonly number[] | null;
}

/**
 * Builds the jobs of a Scenario and its background, and joins them (docs/mixed-traffic.md 1).
 *
 * @throws ConfigError when a spec contradicts itself, or names ranks that the fabric does not have
 * @throws ImportError when a traffic or trace file is malformed, or needs more ranks than there are
 */
export function buildTraffic(scenario: Scenario): Traffic {
  const parts = partsOf(scenario);
  const [only] = parts;
  if (parts.length === 1 && only!.ranks === null) return alone(only!.job, only!.workload);
  const ranksOfFabric = fabricRanks(scenario.topology);
  const placed = parts.map(({ job, workload, ranks }) =>
    placeRanks(workload.schedule, ranks, ranksOfFabric, parts.length > 1 ? job.name : null),
  );
  const firstOps = placed.map((_, i) => placed.slice(0, i).reduce((sum, { ops }) => sum + ops, 0));
  return {
    schedule: mergeSchedules(placed),
    jobs: parts.map(({ job }, i) => ({ ...job, schedule: placed[i]!, firstOp: firstOps[i]! })),
    notices: parts.flatMap(({ job, workload }) => workload.notices.map(({ level, text }) => ({ level, text: `${job.name}: ${text}` }))),
    facts: Object.fromEntries(
      parts.flatMap(({ job, workload }) => Object.entries(workload.facts).map(([fact, value]) => [`${job.name}.${fact}`, value])),
    ),
    measure: parts.length === 1 ? (only!.workload.measure ?? null) : null,
    criticalShares: null,
  };
}

/** A Schedule that has the fabric to itself, under the Scenario's own balancer and transport. */
export function ownTraffic(scenario: Scenario, schedule: Schedule): Traffic {
  return alone(ownJob(scenario), { schedule, notices: [], facts: {} });
}

const alone = (job: Part['job'], { schedule, notices, facts, measure, criticalShares }: Workload): Traffic => ({
  schedule,
  jobs: [{ ...job, schedule, firstOp: 0 }],
  notices,
  facts,
  measure: measure ?? null,
  criticalShares: criticalShares ?? null,
});

const ownJob = ({ balancer, transport, seed }: Scenario): Part['job'] => ({
  name: 'workload',
  isBackground: false,
  balancer,
  transport,
  trafficClass: DEFAULT_CLASS,
  keyPrefix: '',
  seed,
});

function partsOf(scenario: Scenario): Part[] {
  const { background, topology } = scenario;
  const parts: Part[] = scenario.jobs.map(({ name, workload, ranks, balancer, transport, trafficClass, start }, i) => {
    const seed = jobSeed(scenario.seed, i);
    const keyPrefix = `jobs[${i}].`;
    const built = withKeyPrefix(keyPrefix, () => buildWorkload(workload, seed));
    return {
      job: { name, isBackground: false, balancer, transport, trafficClass, keyPrefix, seed },
      workload: { ...built, schedule: withLateRanks(built.schedule, start, seed) },
      ranks,
    };
  });
  if (parts.length === 0) {
    const built = buildWorkload(scenario.workload, scenario.seed);
    const schedule = withLateRanks(built.schedule, scenario.start, scenario.seed);
    parts.push({ job: ownJob(scenario), workload: { ...built, schedule }, ranks: null });
  }
  if (background !== null) {
    const { ranks, balancer, transport, trafficClass } = background;
    const seed = jobSeed(scenario.seed, parts.length);
    const schedule = backgroundSchedule(background, rankRateBps(topology), seed);
    parts.push({
      job: { name: 'background', isBackground: true, balancer, transport, trafficClass, keyPrefix: 'background.', seed },
      workload: { schedule, notices: [], facts: {} },
      ranks,
    });
  }
  return parts;
}

/** An error of a workload that only knows its own keys gets those of its job. */
function withKeyPrefix<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigError) || error.where?.path === undefined) throw error;
    const where = { ...error.where, path: `${prefix}${error.where.path}` };
    throw new ConfigError(error.code, error.message, { where, ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
  }
}

/** The Schedule of a job on the ranks of the fabric. */
function placeRanks(schedule: Schedule, ranks: readonly number[] | null, ranksOfFabric: number, name: string | null): Schedule {
  const outside = ranks?.find((rank) => rank < 0 || rank >= ranksOfFabric);
  if (outside !== undefined) throw new ConfigError('E149', `there is no rank ${outside}`, { hint: `ranks are 0..${ranksOfFabric - 1}` });
  const place = (rank: number): number => (rank < 0 || ranks === null ? rank : ranks[rank]!);
  const phaseNames = name === null ? schedule.phaseNames : schedule.phaseNames.map((phase) => `${name}: ${phase}`);
  return { ...schedule, ranks: ranksOfFabric, rank: schedule.rank.map(place), peer: schedule.peer.map(place), phaseNames };
}
