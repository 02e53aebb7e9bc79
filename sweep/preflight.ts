import { assertConnected } from '../topologies/connectivity.ts';
import { leafSpine } from '../topologies/leaf-spine.ts';
import { buildWorkload } from '../workloads/build-workload.ts';
import type { Cell } from './cells.ts';

/**
 * Builds, before anything runs, what only the built fabric or file can show to be wrong: destinations cut off by dead links, and
 * traffic or trace files. Balancer and transport do not matter for it, so cells that differ in nothing else are built once.
 *
 * @param at runs an action and gives its errors their place in the config of the cell
 * @throws ConfigError, ImportError
 */
export function checkBuildable(cells: readonly Cell[], at: (cell: Cell, action: () => void) => void): void {
  const built = new Set<string>();
  for (const cell of cells) {
    const { topology, workload, failures, seed } = cell.scenario;
    if (workload.kind !== 'file' && failures.length === 0) continue;
    const { topology: fabric, workload: traffic, failures: dead } = cell.config;
    // Seeds move random placements and draws only; the first repeat stands for them.
    const key = JSON.stringify([fabric, traffic, dead]);
    if (built.has(key)) continue;
    built.add(key);
    at(cell, () => {
      const { schedule } = buildWorkload(workload, seed);
      assertConnected(leafSpine(topology, failures, workload.ranks, seed), schedule);
    });
  }
}
