import type { BalancerSpec } from '../base/balancer-spec.ts';
import { jobFlows, type JobFlows } from '../base/job-flows.ts';
import type { Scenario } from '../base/scenario.ts';
import type { Topology } from '../base/topology.ts';
import type { TransportSpec } from '../base/transport-spec.ts';
import { EtherealPaths } from '../balancing/ethereal-paths.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import { LeastOutstanding } from '../balancing/least-outstanding.ts';
import { bitmapPackets } from '../balancing/mp-rdma.ts';
import { MixedBalancer } from '../balancing/mixed-balancer.ts';
import type { HostBalancer, PacketBalancer } from '../balancing/packet-balancer.ts';
import { packetBalancer } from '../balancing/packet-balancers.ts';
import { isSprayed, pinsPaths } from '../balancing/plan.ts';
import type { RouteEpochs } from '../balancing/route-epochs.ts';
import type { Limits } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { congestionControl, type CongestionControl, type HostControl } from '../transport/congestion-control.ts';
import { controlContext } from '../transport/control-context.ts';
import { FlowTable } from '../transport/flow-table.ts';
import { MixedControl } from '../transport/mixed-control.ts';
import { MixedReceiver } from '../transport/mixed-receiver.ts';
import { MixedSender } from '../transport/mixed-sender.ts';
import type { PullState } from '../transport/pull-queue.ts';
import type { Receiver, Sender } from '../transport/sender.ts';
import { grantsOf, hasCredit, pullState, transportEnds, type TransportEnds } from '../transport/transport-ends.ts';
import type { JobRules } from './job-rules.ts';
import { WaysBack } from './ways-back.ts';

/** How the packets of one job travel. */
export interface NetworkJob {
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  /** Of all draws that belong to the job. */
  readonly seed: number;
  /** Defaults of its own transport. */
  readonly limits: Limits;
  /** Its own flows, numbered from 0. */
  readonly plan: FlowPlan;
}

export interface FlowEndsInput {
  readonly scenario: Scenario;
  readonly topology: Topology;
  /** Of all jobs. */
  readonly plan: FlowPlan;
  readonly jobs: readonly NetworkJob[];
  readonly jobOfFlow: Uint8Array;
  /** null: the routing never changes. */
  readonly routes: RouteEpochs | null;
}

/** The two ends of all flows: what hosts ask when they send a packet, get one, or hear of one. */
export interface FlowEnds extends JobFlows {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly control: HostControl;
  readonly balancer: HostBalancer;
  readonly jobs: readonly JobRules[];
  /** null: answers carry the packet's entropy. */
  readonly waysBack: WaysBack | null;
  /** The path that a flow uses now; -1: it is not pinned. */
  readonly pathOf: (flow: number) => number;
}

/** Of one job. */
interface OwnEnds extends TransportEnds {
  readonly control: CongestionControl;
  readonly balancer: PacketBalancer;
}

/**
 * Builds the ends of each job, which know nothing of the others (docs/mixed-traffic.md 4). A job that is alone is asked directly, several
 * through objects that pass each call on by flow.
 *
 * @param flows of all jobs
 */
export function flowEnds(input: FlowEndsInput, flows: FlowTable, engine: Engine): FlowEnds {
  const { scenario, topology, plan, jobs, jobOfFlow } = input;
  const isAlone = jobs.length === 1;
  const ends = isAlone
    ? [ownEnds(input, { ...jobs[0]!, plan }, flows, engine)]
    : jobs.map((job) => ownEnds(input, job, new FlowTable(job.plan, scenario.nic, engine.region), engine));
  const of = jobFlows(jobOfFlow, jobs.length);
  const pulls = pullStates(input, flows, engine.clock);
  const isPinned = jobs.map(({ balancer }) => pinsPaths(balancer));
  return {
    ...(isAlone ? ends[0]! : mixedEnds(ends, of, engine.clock)),
    ...of,
    jobs: jobs.map((job, i) => jobRules(job, ends[i]!, pulls[i]!)),
    waysBack: isPinned.includes(true) ? new WaysBack(topology.pathReverse, isPinned, jobOfFlow) : null,
    pathOf: (flow) => {
      const { balancer } = ends[jobOfFlow[flow]!]!;
      if (balancer instanceof LeastOutstanding) return balancer.pathOf(of.ownFlow[flow]!);
      const planned = plan.path[flow]!;
      return planned >= 0 && balancer instanceof EtherealPaths ? balancer.pathOf(of.ownFlow[flow]!) : planned;
    },
  };
}

function ownEnds({ scenario, topology, routes }: FlowEndsInput, job: NetworkJob, flows: FlowTable, engine: Engine): OwnEnds {
  const { clock, layout } = engine;
  const { balancer, transport, seed, limits, plan } = job;
  const packets = packetBalancer({
    topology,
    plan,
    balancer,
    seed,
    limits,
    fullBytes: flows.fullBytes,
    clock,
    trims: scenario.switch.kind === 'composite' && scenario.switch.trims,
    routes,
  });
  const context = { ...controlContext({ scenario, topology, plan, limits }, engine), hasReceiverCredit: hasCredit(transport) };
  const control = congestionControl(transport, context);
  const ends = transportEnds({
    transport,
    nic: scenario.nic,
    flows,
    limits,
    lineRateBps: context.lineRateBps,
    control,
    balancer: packets,
    isSprayed: isSprayed(balancer.kind),
    bitmapPackets: balancer.kind === 'mp-rdma' ? bitmapPackets(balancer, limits.bdpBytes / flows.fullBytes) : null,
    clock,
    layout,
  });
  packets.attach(ends.sender, control);
  return { ...ends, control, balancer: packets };
}

function mixedEnds(
  ends: readonly OwnEnds[],
  of: JobFlows,
  clock: Float64Array,
): Pick<FlowEnds, 'sender' | 'receiver' | 'control' | 'balancer'> {
  return {
    sender: new MixedSender(
      ends.map(({ sender }) => sender),
      of,
      clock,
    ),
    receiver: new MixedReceiver(
      ends.map(({ receiver }) => receiver),
      of,
    ),
    control: new MixedControl(
      ends.map(({ control }) => control),
      of,
    ),
    balancer: new MixedBalancer(
      ends.map(({ balancer }) => balancer),
      of,
    ),
  };
}

/** What the pull queues of each job share, under the numbers of the whole plan; null without credit. Jobs with equal transports share it all. */
function pullStates({ jobs, topology }: FlowEndsInput, flows: FlowTable, clock: Float64Array): (PullState | null)[] {
  const lineRateBps = topology.linkRateBps[topology.longestPath[0]!]!;
  const known = new Map<string, PullState>();
  return jobs.map(({ transport, limits }) => {
    const grants = grantsOf(transport);
    if (grants === null) return null;
    const key = JSON.stringify(transport);
    const pulls = known.get(key) ?? pullState(grants, { flows, limits, lineRateBps, clock });
    known.set(key, pulls);
    return pulls;
  });
}

const jobRules = ({ transport, limits }: NetworkJob, { balancer, sender, credit }: OwnEnds, pulls: PullState | null): JobRules => ({
  rtoPs: transport.recovery === 'none' ? Infinity : limits.rtoPs,
  nacksAreTrims: transport.recovery !== 'gbn',
  hearsFlowTimeouts: balancer.hearsTimeouts || (balancer.hearsLosses && !sender.keepsRecords),
  credit,
  pulls,
  prober: balancer.prober,
});
