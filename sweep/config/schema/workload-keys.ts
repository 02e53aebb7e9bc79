import { count } from './fields.ts';
import { lateRanks } from './late-ranks.ts';

/** Keys of every workload. */
export const common = () => ({
  ranks: count('Ranks that take part. At most the hosts of the topology. Default: every host.').optional(),
  ...lateRanks,
});
