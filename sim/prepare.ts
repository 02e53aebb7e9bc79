import { foregroundBoundPs, type BoundedJobs } from '../analysis/bounds/job-bounds.ts';
import { ConfigError } from './base/errors.ts';
import { DEFAULT_CLASS } from './base/job-spec.ts';
import type { Scenario } from './base/scenario.ts';
import type { Measuring } from './base/measures.ts';
import { countSends, type Schedule } from './base/schedule.ts';
import { checkSwitchOperations } from './base/switch-operations.ts';
import type { Topology } from './base/topology.ts';
import type { FlowPlan } from './balancing/flow-plan.ts';
import { RouteEpochs } from './balancing/route-epochs.ts';
import { planJobs, type JobPlans } from './balancing/job-plans.ts';
import { checkDenied } from './balancing/mrc.ts';
import type { PlanFacts } from './balancing/plan.ts';
import { compatNotices } from './compat-notices.ts';
import { cutOffForGood } from './cut-off.ts';
import { deriveLimits, type Limits } from './derive.ts';
import { headroomWarning } from './headroom.ts';
import type { CutOff } from './fabric/schedule-runner.ts';
import { buildTopology } from '../topologies/build-topology.ts';
import { connectedTopology } from '../topologies/connectivity.ts';
import { MAX_FLOW_PACKETS } from './transport/flow-table.ts';
import { RECEIVE_WINDOW_PACKETS } from './transport/selective-repeat-sender.ts';
import { checkHop } from '../wireless/hop/wireless-hop.ts';
import { meanRateNotice } from '../wireless/hop/mean-rate.ts';
import { buildTraffic, ownTraffic, type Job, type Traffic } from '../workloads/traffic.ts';
import type { Notice } from '../workloads/workload.ts';

/** A job of the run, with what follows from its plan and its transport. */
export interface PreparedJob extends Job {
  /** Defaults of the job's own transport. */
  readonly limits: Limits;
  /** Its own flows, numbered from 0 (sim/base/job-flows.ts). */
  readonly plan: FlowPlan;
  /** Messages of the job. */
  readonly messages: number;
  readonly subflows: number;
  readonly splitFlows: number;
}

/** A Scenario with everything built that its fidelities share: the step between "what" and "simulate". */
export interface Prepared {
  readonly scenario: Scenario;
  readonly topology: Topology;
  /** The routing over time; null: that of the topology throughout. */
  readonly routes: RouteEpochs | null;
  /** Who loses whom for good; null: nothing goes down for good. */
  readonly cutOff: CutOff | null;
  readonly schedule: Schedule;
  readonly plan: FlowPlan & PlanFacts;
  /** At least one; a background is the last one. `schedule.jobOfOp` and `jobOfFlow` count into it. */
  readonly jobs: readonly PreparedJob[];
  readonly jobOfFlow: Uint8Array;
  /** Traffic class of each flow; null: all in the default one. */
  readonly classOfFlow: Uint8Array | null;
  /** Of the first job; the others differ in what belongs to their transport. */
  readonly limits: Limits;
  /** What an importer warned about, for a person. */
  readonly notices: readonly Notice[];
  /** What a generator measured of its own draws, such as the Gini coefficient of an MoE gate. */
  readonly facts: Readonly<Record<string, number>>;
  /** What the workload measures of a finished run; null: nothing. */
  readonly measure: Measuring | null;
  /** The critical path of a finished run by groups; null: not of this workload. */
  readonly criticalShares: Traffic['criticalShares'];
}

/**
 * Builds topology, schedule, flow plan and derived defaults of a Scenario.
 *
 * @param own a Schedule of the caller's, in place of the Scenario's workload
 * @throws ConfigError when the fabric lacks a named link, or a pair of the workload has no path, or none that its balancer may take
 * @throws ImportError when a traffic or trace file is malformed
 */
export function prepare(scenario: Scenario, own?: Schedule): Prepared {
  const { schedule, notices, facts, measure, criticalShares, jobs } =
    own === undefined ? buildTraffic(scenario) : ownTraffic(scenario, own);
  const { wireless } = scenario.topology;
  if (wireless !== undefined) checkHop(wireless, scenario.seed);
  const topology = connectedTopology(scenario.topology, scenario.failures, schedule, scenario.seed);
  checkSwitchOperations(topology, schedule);
  const plans = planJobs(topology, jobs, scenario.nic.mtuBytes);
  const preparedJobs = jobs.map((job, i) => preparedJob(scenario, topology, job, plans.ofJob[i]!));
  checkFlowSizes(scenario, plans, jobs);
  const ofFabric = [
    ...planNotices(plans.plan),
    ...preparedJobs.flatMap((job) => windowNotices(scenario, job)),
    ...headroomNotices(scenario, topology),
    ...(scenario.topology.notices ?? []).map((text): Notice => ({ level: 'warning', text })),
    ...(wireless === undefined ? [] : meanRateNotice(wireless)).map((text): Notice => ({ level: 'note', text })),
    ...backgroundNotices(scenario, { topology, schedule, plan: plans.plan, jobOfFlow: plans.jobOfFlow, jobs }),
  ];
  const found = [...notices, ...(scenario.compat === undefined ? ofFabric : compatNotices(scenario.compat))];
  return {
    scenario,
    topology,
    routes: routesOf(scenario, topology),
    cutOff: cutOffForGood(scenario, topology),
    schedule,
    plan: plans.plan,
    jobs: preparedJobs,
    jobOfFlow: plans.jobOfFlow,
    classOfFlow: classOfFlow(jobs, plans.jobOfFlow),
    limits: preparedJobs[0]!.limits,
    // Jobs may have the same to say.
    notices: [...new Map(found.map((notice) => [notice.text, notice])).values()],
    facts,
    measure,
    criticalShares,
  };
}

/** null: all flows are of the default class. */
function classOfFlow(jobs: readonly Job[], jobOfFlow: Uint8Array): Uint8Array | null {
  if (jobs.every(({ trafficClass }) => trafficClass === DEFAULT_CLASS)) return null;
  return jobOfFlow.map((job) => jobs[job]!.trafficClass);
}

function preparedJob(scenario: Scenario, topology: Topology, job: Job, plan: JobPlans['ofJob'][number]): PreparedJob {
  const limits = deriveLimits({ ...scenario, transport: job.transport }, topology);
  checkWindows(job, limits);
  if (job.balancer.kind === 'mrc') checkDenied(topology, plan, job.balancer, job.keyPrefix);
  return { ...job, limits, plan, messages: countSends(job.schedule), subflows: plan.flows, splitFlows: plan.splitFlows };
}

/** The routing of a run over time; null: it never changes. */
export function routesOf(scenario: Scenario, topology: Topology): RouteEpochs | null {
  const { failures, seed } = scenario;
  const ranks = topology.hostOfRank.length;
  const known = failures.filter(({ course }) => course === undefined);
  return RouteEpochs.of(topology, failures, (names) =>
    buildTopology(scenario.topology, [...known, ...names.map((link) => ({ link }))], ranks, seed),
  );
}

/** A derived default may contradict what is written out. */
function checkWindows({ transport, keyPrefix }: Job, limits: Limits): void {
  if (transport.kind !== 'dctcp' || limits.minWindowBytes <= limits.initialWindowBytes) return;
  const key = transport.minWindowBytes === null ? 'initialWindow' : 'minWindow';
  throw new ConfigError(
    'E133',
    `the smallest window, ${limits.minWindowBytes} B, is above the initial one, ${limits.initialWindowBytes} B`,
    {
      where: { path: `${keyPrefix}transport.${key}` },
      hint: 'the initial window is 1 BDP by default; netsim validate prints it',
    },
  );
}

/** Packet numbers have 31 bits. */
function checkFlowSizes(scenario: Scenario, { plan, jobOfFlow }: JobPlans, jobs: readonly Job[]): void {
  const { mtuBytes } = scenario.nic;
  for (let flow = 0; flow < plan.flows; flow++) {
    if (plan.bytes[flow]! <= MAX_FLOW_PACKETS * mtuBytes) continue;
    const { keyPrefix, isBackground } = jobs[jobOfFlow[flow]!]!;
    throw new ConfigError('E134', `a flow of ${plan.bytes[flow]!} B has more than ${MAX_FLOW_PACKETS} packets of ${mtuBytes} B`, {
      where: { path: `${keyPrefix}${isBackground ? 'sizes' : 'workload'}` },
      hint: 'send less, in more messages, or in larger packets',
    });
  }
}

/** The receiver's bitmap limits what is in flight, whatever the window. */
function windowNotices({ nic }: Scenario, { transport, limits }: PreparedJob): Notice[] {
  const bdpPackets = limits.bdpBytes / (nic.mtuBytes + nic.headerBytes);
  if (transport.recovery !== 'sr' || bdpPackets <= RECEIVE_WINDOW_PACKETS) return [];
  const text = `the receiver's bitmap of ${RECEIVE_WINDOW_PACKETS} packets is smaller than the bandwidth-delay product of ${bdpPackets}: one flow cannot fill the path`;
  return [{ level: 'warning', text }];
}

function headroomNotices({ switch: device, nic }: Scenario, topology: Topology): Notice[] {
  const text = device.kind === 'shared' ? headroomWarning(device, nic, topology) : null;
  return text === null ? [] : [{ level: 'warning', text }];
}

/** Towards its end the foreground may have the fabric to itself. */
function backgroundNotices({ background, nic }: Scenario, input: BoundedJobs): Notice[] {
  if (background === null) return [];
  const boundPs = foregroundBoundPs(input, nic);
  if (background.untilPs >= boundPs) return [];
  const text = `the background ends at ${background.untilPs / 1e6} us, and the foreground cannot end before ${boundPs / 1e6} us (background.until)`;
  return [{ level: 'warning', text }];
}

function planNotices(plan: PlanFacts): Notice[] {
  if (plan.limitedFlows === 0) return [];
  const text = `${plan.limitedFlows} messages were cut into fewer pieces than exact balance needs (balancer.minPiece, balancer.maxPieces)`;
  return [{ level: 'note', text }];
}
