import { DEFAULT_CLASS } from '../../sim/base/job-spec.ts';
import { pinsPaths } from '../../sim/balancing/plan.ts';
import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';

type Traffic = Pick<Config, 'jobs' | 'background' | 'balancer'>;

/** Whether some balancer of the config lets switches hash packets: the others pin them to paths. */
export function hashesAnything({ jobs, background, balancer }: Traffic): boolean {
  const ofJobs = jobs === undefined ? [balancer] : jobs.map((job) => job.balancer ?? balancer);
  const all = background === undefined ? ofJobs : [...ofJobs, background.balancer ?? balancer];
  return all.some((each) => !pinsPaths(each));
}

/** The traffic classes of data in a config. */
export function classesInUse({ jobs, background }: Pick<Config, 'jobs' | 'background'>): ReadonlySet<number> {
  const ofJobs = jobs === undefined ? [DEFAULT_CLASS] : jobs.map((job) => job.class);
  return new Set(background === undefined ? ofJobs : [...ofJobs, background.class]);
}

/**
 * Keys that would be accepted without effect. In a sweep the combinations differ in what has an effect: there only what no combination can
 * use is looked for.
 *
 * @param written top-level blocks that the document has itself
 */
export function checkUnused(config: Partial<Config>, written: ReadonlySet<string>, say: Say): void {
  const { jobs, background, balancer, switch: device } = config;
  for (const key of ['balancer', 'transport'] as const) {
    const isUsed = jobs === undefined || [...jobs, background].some((job) => job !== undefined && job[key] === undefined);
    if (written.has(key) && !isUsed) say([key], `every job has a ${key} of its own`, 'remove this one, or let a job use it');
  }
  if (device === undefined || written.has('sweep')) return;
  if (device.classWeights !== undefined) {
    const [only, ...others] = classesInUse(config);
    if (others.length === 0) {
      say(['switch', 'classWeights'], `weights of classes, and all data is in class ${only!}`, 'give jobs or the background another class');
    }
  }
  if (balancer === undefined || hashesAnything({ jobs, background, balancer })) return;
  const hint = 'remove it, or use a balancer that leaves the path to the switches, such as ecmp';
  if (device.hash !== 'ideal') say(['switch', 'hash'], 'a hash, and all packets are pinned to paths', hint);
  if (device.sameSalt) say(['switch', 'sameSalt'], 'a salt of hashes, and all packets are pinned to paths', hint);
}
