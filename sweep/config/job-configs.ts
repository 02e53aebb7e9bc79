import { fabricRanks } from '../../topologies/build-topology.ts';
import type { Config } from './schema/config.ts';
import type { BackgroundConfig, RanksConfig } from './schema/jobs.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import { topologySpec } from './topology-spec.ts';
import type { KeyPath } from './tree.ts';

/** A workload of a config, alone or in a job. */
export interface PlacedWorkload {
  readonly workload: WorkloadConfig;
  /** How many ranks it has. */
  readonly ranks: number;
  /** Of the block in the config. */
  readonly path: KeyPath;
}

/** All workloads of a config, in their order. */
export function workloadsOf({ topology, workload, jobs }: Pick<Config, 'topology' | 'workload' | 'jobs'>): PlacedWorkload[] {
  const hosts = fabricRanks(topologySpec(topology));
  const single = workload === undefined ? [] : [{ workload, ranks: workload.ranks ?? hosts, path: ['workload'] }];
  const inJobs = (jobs ?? []).map((job, i) => ({
    workload: job.workload,
    ranks: rankCount(job.ranks, hosts),
    path: ['jobs', i, 'workload'],
  }));
  return [...single, ...inJobs];
}

const rankCount = (ranks: RanksConfig, hosts: number): number =>
  ranks === undefined ? hosts : 'count' in ranks ? ranks.count : ranks.length;

/** The ranks of the fabric that a job or a background has. */
export function rankList(ranks: RanksConfig | BackgroundConfig['ranks'], hosts: number): readonly number[] {
  if (ranks !== undefined && !('count' in ranks)) return ranks;
  const { from, count } = ranks ?? { from: 0, count: hosts };
  return Array.from({ length: count }, (_, i) => from + i);
}

/**
 * How many consecutive ranks of a job share a server, where rank r of the job is on the floor(r / share)-th of its servers; of the last one
 * it may have fewer. null: it has other parts of its servers.
 *
 * @param perServer ranks of a server of the fabric
 */
export function serverShare(ranks: readonly number[], perServer: number): number | null {
  const servers = ranks.map((rank) => Math.floor(rank / perServer));
  const share = servers.findIndex((server) => server !== servers[0]);
  if (share < 0) return perServer;
  const firsts = servers.filter((_, i) => i % share === 0);
  if (new Set(firsts).size < firsts.length) return null;
  return servers.every((server, i) => server === firsts[Math.floor(i / share)]) ? share : null;
}
