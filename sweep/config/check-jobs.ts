import { formatQuantity } from '../../sim/base/quantity.ts';
import { fabricRanks, rankRateBps } from '../../topologies/build-topology.ts';
import { MAX_BACKGROUND_FLOWS, meanGapPs } from '../../workloads/background.ts';
import { checkAcks } from './check-acks.ts';
import { checkBalancer } from './check-balancer.ts';
import { checkDevices } from './check-devices.ts';
import { checkTransport } from './check-transport.ts';
import { checkMessages, checkWorkload } from './check-workload.ts';
import type { Contradiction, Say } from './contradiction.ts';
import { rankList, serverShare } from './job-configs.ts';
import type { Config } from './schema/config.ts';
import type { BackgroundConfig, JobConfig, RanksConfig } from './schema/jobs.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import { ranksPerServer, topologySpec } from './topology-spec.ts';
import type { KeyPath } from './tree.ts';

/**
 * Contradictions in jobs and in the background, and between them and the other blocks.
 *
 * @param known what was found in the top-level blocks, which jobs share: not said again
 */
export function checkJobs(config: Partial<Config>, known: readonly Contradiction[], say: Say): void {
  const { workload, jobs, background } = config;
  if (workload !== undefined) checkLate(workload, ['workload'], say);
  if (jobs !== undefined && workload !== undefined) say(['workload'], 'a workload beside jobs', 'remove it, or make it a job');
  const messages = new Set(known.map(({ message }) => message));
  jobs?.forEach((job, i) => {
    const path = ['jobs', i];
    const inJob = underPath(path, job, messages, say);
    const same = jobs.findIndex(({ name }) => name === job.name);
    if (same < i) inJob(['name'], `job ${same} is called "${job.name}" too`, 'give each job a name of its own');
    checkJobWorkload(config, job, inJob);
    checkTraffic(config, job, inJob);
  });
  if (background !== undefined) checkBackground(config, background, underPath(['background'], background, messages, say));
}

/** Says what is wrong with a job's keys; with a key that the job has from the top level, at the job. */
function underPath(path: KeyPath, block: object, known: ReadonlySet<string>, say: Say): Say {
  return (below, message, hint) => {
    if (known.has(message)) return;
    const isOwn = (block as Readonly<Record<string, unknown>>)[String(below[0])] !== undefined;
    say(isOwn ? [...path, ...below] : path, message, hint);
  };
}

function checkJobWorkload(config: Partial<Config>, job: JobConfig, say: Say): void {
  const { workload } = job;
  for (const key of ['ranks', 'start', 'startJitter', 'stragglers'] as const) {
    if (workload[key] !== undefined) say(['workload', key], `${key} of a workload in a job`, `give the job ${key}`);
  }
  const format = 'format' in workload ? workload.format : undefined;
  const compute = 'compute' in workload ? workload.compute : undefined;
  checkLate({ ...job, kind: workload.kind, format, compute }, [], say);
  const { topology } = config;
  if (topology === undefined || !checkRanks(job.ranks, fabricRanks(topologySpec(topology)), say)) return;
  const ranks = rankCount(job.ranks, fabricRanks(topologySpec(topology)));
  const own = { topology, workload: { ...workload, ranks } };
  const perServer = ranksPerServer(topology);
  const share = serverShare(rankList(job.ranks, fabricRanks(topologySpec(topology))), perServer);
  if (share === null && 'algorithm' in workload && workload.algorithm === 'auto') {
    say(
      ['ranks'],
      `ranks with unequal parts of servers of ${perServer}, which NCCL is not asked about`,
      'as many ranks of each, or an algorithm',
    );
    return;
  }
  let isRight = true;
  checkWorkload(
    own,
    (path, message, hint) => {
      isRight = false;
      say(path.at(-1) === 'ranks' ? ['ranks'] : path, message, hint);
    },
    share ?? 1,
  );
  if (isRight) checkMessages(own, say, share ?? 1);
}

const rankCount = (ranks: RanksConfig, hosts: number): number =>
  ranks === undefined ? hosts : 'count' in ranks ? ranks.count : ranks.length;

/** Are they ranks of the fabric, each once? */
function checkRanks(ranks: RanksConfig, hosts: number, say: Say): boolean {
  if (ranks === undefined) return true;
  const last = 'count' in ranks ? ranks.from + ranks.count - 1 : ranks.reduce((a, b) => Math.max(a, b));
  const isTwice = 'count' in ranks ? -1 : ranks.findIndex((rank, i) => ranks.indexOf(rank) < i);
  if (last >= hosts) say(['ranks'], `rank ${last} on ${hosts} hosts`, `ranks are 0 to ${hosts - 1}`);
  else if (isTwice >= 0 && !('count' in ranks)) say(['ranks', isTwice], `rank ${ranks[isTwice]} is there already`, 'name each rank once');
  else return true;
  return false;
}

/** The blocks that a job may have of its own, against those that all jobs share. */
function checkTraffic(config: Partial<Config>, { balancer, transport }: Pick<JobConfig, 'balancer' | 'transport'>, say: Say): void {
  const effective = { ...config };
  if (balancer !== undefined) effective.balancer = balancer;
  if (transport !== undefined) effective.transport = transport;
  checkDevices(effective, say);
  checkTransport(effective, say);
  checkAcks(effective, say);
  checkBalancer(effective, say);
}

interface LateKeys extends Pick<JobConfig, 'stragglers'> {
  readonly kind: WorkloadConfig['kind'];
  readonly format?: string | undefined;
  readonly compute?: object | undefined;
}

function checkLate({ stragglers, kind, format, compute }: LateKeys, path: KeyPath, say: Say): void {
  if (stragglers === undefined) return;
  const { delay, slowdown } = stragglers;
  if (delay === undefined && slowdown === undefined) {
    say([...path, 'stragglers'], 'stragglers that are neither late nor slow', 'give delay or slowdown');
  }
  if (slowdown !== undefined && format !== 'chakra' && compute === undefined) {
    say([...path, 'stragglers', 'slowdown'], `${kind} has no computations to slow down`, 'give delay, or replay a Chakra trace');
  }
}

function checkBackground(config: Partial<Config>, background: BackgroundConfig, say: Say): void {
  const { topology, stop } = config;
  const { sizes, until, ranks } = background;
  if (stop !== undefined && until > stop.at) {
    say(['until'], `${formatQuantity(until, 'time')} is after stop.at, ${formatQuantity(stop.at, 'time')}`, 'at most stop.at');
  }
  if (typeof sizes !== 'string') {
    sizes.forEach(({ size, probability }, i) => {
      const before = sizes[i - 1];
      if (before !== undefined && (size <= before.size || probability <= before.probability)) {
        say(['sizes', i], 'a point that is not above the one before', 'sizes and probabilities rise');
      }
    });
    if (sizes.at(-1)!.probability !== 1)
      say(['sizes', sizes.length - 1, 'probability'], 'the largest size is below probability 1', 'end with 1');
  }
  if (topology !== undefined) {
    const hosts = fabricRanks(topologySpec(topology));
    const count = rankCount(ranks, hosts);
    if (checkRanks(ranks, hosts, say) && count < 2) say(['ranks'], 'a background of 1 rank', 'at least 2 ranks');
    const points = typeof sizes === 'string' ? sizes : sizes.map(({ size, probability }) => ({ sizeBytes: size, probability }));
    const flows = Math.round((count * until) / meanGapPs({ load: background.load, sizes: points }, rankRateBps(topologySpec(topology))));
    if (flows > MAX_BACKGROUND_FLOWS) {
      say(
        ['until'],
        `about ${flows} background flows`,
        `at most ${MAX_BACKGROUND_FLOWS}: end earlier, or choose less load or larger sizes`,
      );
    }
  }
  checkTraffic(config, background, say);
}
