import type { RunControl } from '../sim/packet-run.ts';
import { simulateWireless } from '../wireless/result.ts';
import { MOST_SLOTS } from '../wireless/run.ts';
import type { WirelessScenario } from '../wireless/scenario.ts';
import type { CellResult } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import { theoryOf } from './wireless-theory.ts';

/**
 * Runs a wireless cell. Its row has the fidelity `slot`, or `packet` where a flow runs over a path.
 *
 * @throws ConfigError where a finite-state channel does not exist
 */
export function wirelessCellResult(
  { runId, seed, swept }: CellSpec,
  scenario: WirelessScenario,
  { shouldStop = () => false }: RunControl,
): CellResult & { readonly wasStopped: boolean } {
  let wasStopped = false;
  const result = simulateWireless(scenario, () => (wasStopped ||= shouldStop()));
  const reason = wasStopped ? 'it was stopped' : `fewer than run.packets packets had left the ARQ in ${MOST_SLOTS} slots`;
  const fidelity = scenario.path === null ? 'slot' : 'packet';
  const record = {
    row: { run_id: runId, seed, fidelity, ...swept, ...result },
    fctPercentilesUs: null,
    fabricLinks: [],
    jobs: [],
    theory: theoryOf(scenario),
    unfinishedReason: result.finished === true ? null : reason,
  };
  return { record, notices: [], facts: {}, wasStopped };
}
