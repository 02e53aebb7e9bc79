/**
 * Words and keys of the contract that this version does not have yet: they get a clear answer instead of "unknown". Indices of
 * lists are left out of the dotted keys.
 */
const PLANNED_WORDS = new Map<string, readonly string[]>(
  Object.entries({
    fidelity: ['fluid'],
    'topology.kind': ['rail', 'dumbbell', 'file'],
    'workload.kind': ['broadcast', 'training'],
    'workload.format': ['goal', 'msccl-xml', 'simai'],
    'workload.algorithm': ['auto', 'double-binary-tree'],
    'workload.routing.kind': ['dirichlet', 'sticky', 'hot-rank', 'thor', 'read-me', 'expertflow', 'premoe', 't2mir', 'trace'],
    'workload.placement': ['eplb', 'repacked', 'co-activation'],
    'workload.scheme': ['per-node', 'two-step', 'all-gather'],
    'balancer.kind': [...['hpn-least-outstanding', 'hopper', 'conweave', 'mp-rdma']],
  }),
);

const PLANNED_BLOCKS: readonly string[] = ['workload.capacity'];

const PLANNED_KEYS: readonly string[] = ['transport.profile', 'workload.limit', 'workload.overlap', 'workload.counts'];

const withoutIndices = (path: readonly string[]): string => path.filter((key) => !/^\d+$/.test(key)).join('.');

/** The word (or, for a block in its place, `block`) is part of the contract, but not of this version. */
export function isPlannedValue(path: readonly string[], word: string | null): boolean {
  const key = withoutIndices(path);
  return word === null ? PLANNED_BLOCKS.includes(key) : (PLANNED_WORDS.get(key)?.includes(word) ?? false);
}

export const isPlannedKey = (path: readonly string[]): boolean => PLANNED_KEYS.includes(withoutIndices(path));
