import { RESULT_COLUMNS, type Row } from '../analysis/rows.ts';
import { ConfigError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { WIRELESS_COLUMNS } from '../wireless/columns.ts';
import type { WirelessScenario } from '../wireless/scenario.ts';

/** What a cell simulates: a fabric or a wireless cell. */
export type AnyScenario = Scenario | WirelessScenario;

export const isWireless = (scenario: AnyScenario): scenario is WirelessScenario => 'system' in scenario;

/**
 * The scenario of a fabric.
 *
 * @param what what is only there for a fabric, for the message
 * @param hint what to do instead with another one
 * @throws ConfigError for another one
 */
export function fabricOf(scenario: AnyScenario, what: string, hint = 'give a config of kind: fabric'): Scenario {
  if (!isWireless(scenario)) return scenario;
  throw new ConfigError('E183', `${what} is for fabrics`, { where: { path: 'kind' }, hint });
}

/** Packets after which a run ends, where it counts them so that its progress can be told. */
export const stopPacketsOf = (scenario: AnyScenario): number | null => (isWireless(scenario) ? null : scenario.stopPackets);

/** Result columns of the system that a row came from. */
export const resultColumnsOf = (row: Row): readonly string[] => ('spectral_efficiency' in row ? WIRELESS_COLUMNS : RESULT_COLUMNS);
