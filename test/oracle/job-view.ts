import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { deriveLimits, type Limits } from '../../sim/derive.ts';
import type { Bug } from './bugs.ts';
import type { Routes } from './routes.ts';
import type { Simulation } from './simulation.ts';
import type { OracleInput } from './types.ts';

/** The run as what belongs to one job sees it (docs/mixed-traffic.md, section 4): `input.scenario` has the job's balancer and transport. */
export class JobView {
  readonly input: OracleInput;
  readonly limits: Limits;
  readonly entropyStream: PacketStreams;
  readonly repathStream: PacketStreams;
  readonly #simulation: Simulation;
  readonly #sharesWith: readonly boolean[];

  /**
   * @param seed of its draws
   * @param sharesWith the jobs, by number, whose flows are its own
   */
  constructor(
    simulation: Simulation,
    { balancer, transport }: { balancer: BalancerSpec; transport: TransportSpec },
    seed: number,
    sharesWith: readonly boolean[],
  ) {
    const { input } = simulation;
    this.#simulation = simulation;
    this.#sharesWith = sharesWith;
    this.input = { ...input, scenario: { ...input.scenario, balancer, transport, seed } };
    this.limits = deriveLimits(this.input.scenario, input.topology);
    this.entropyStream = new PacketStreams(seed, 'entropy', input.topology.hosts);
    this.repathStream = new PacketStreams(seed, 'repath', input.topology.hosts);
  }

  owns(flow: number): boolean {
    return this.#sharesWith[this.input.jobOfFlow[flow]!]!;
  }

  get now(): number {
    return this.#simulation.now;
  }

  get bugs(): ReadonlySet<Bug> {
    return this.#simulation.bugs;
  }

  get routes(): Routes {
    return this.#simulation.routes;
  }

  /** Of the switches, for one purpose: whoever draws for it draws from the same. */
  switchStreams(purpose: string): PacketStreams {
    return this.#simulation.switchStreams(purpose);
  }
}

/** What hosts have of each job: nothing is shared. */
export const hostViews = (simulation: Simulation): JobView[] =>
  simulation.input.jobs.map(
    (job, i) =>
      new JobView(
        simulation,
        job,
        job.seed,
        simulation.input.jobs.map((_, other) => other === i),
      ),
  );

/** What switches have of each job: one object for jobs with equal balancers, and the run's seed. */
export function switchViews(simulation: Simulation): JobView[] {
  const { jobs, scenario } = simulation.input;
  const texts = jobs.map(({ balancer }) => JSON.stringify(balancer));
  const views: JobView[] = [];
  jobs.forEach((job, i) => {
    const first = texts.indexOf(texts[i]!);
    const sharesWith = texts.map((text) => text === texts[i]);
    views.push(first < i ? views[first]! : new JobView(simulation, job, scenario.seed, sharesWith));
  });
  return views;
}
