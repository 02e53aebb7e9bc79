import { Command } from 'commander';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Limits } from '../../sim/derive.ts';
import type { Prepared } from '../../sim/prepare.ts';
import type { AnyScenario } from '../../sweep/any-scenario.ts';
import type { Notice } from '../../workloads/build-workload.ts';
import { configInFolder } from '../../sweep/repeat.ts';
import { loadCells } from '../load.ts';
import type { ConfigOptions } from '../options.ts';
import { withConfigOptions } from '../options.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';

interface ValidateCommandOptions extends ConfigOptions {
  readonly json?: true;
  readonly wireless?: true;
}

/**
 * `netsim validate CONFIG`: checks all cells, prints the first one with every default resolved; the output, saved in the current folder,
 * is a config again. `netsim validate --wireless`: holds the wireless closed forms against simulation.
 */
export function validateCommand(terminal: Terminal): Command {
  const command = new Command('validate')
    .description('check a config and print it with every default resolved')
    .argument('[config]', 'YAML or JSON file');
  withConfigOptions(command);
  command.option('--json', 'print one JSON document and nothing else');
  command.option('--wireless', 'instead of a config: hold every wireless closed form against simulation (about a minute)');
  return command.action(async (config: string | undefined, options: ValidateCommandOptions) => {
    if (options.wireless === true) {
      if (config !== undefined) command.error('error: validate --wireless takes no config: remove one of the two');
      const { validateWireless } = await import('./validate-wireless.ts');
      if (!validateWireless(terminal, options.json === true)) process.exitCode = 1;
      return;
    }
    if (config === undefined) return command.error("error: missing required argument 'config'");
    const { cells, at } = await loadCells(config, options);
    const { prepare } = await import('../../sim/prepare.ts');
    const first = cells.at(0);
    const count = cells.keys.length;
    const resolved = configInFolder(first, config, '.');
    const { notices, facts, derived } = at(first, () => factsOf(first.scenario, prepare));
    if (options.json === true) {
      terminal.out(jsonDocument({ ok: true, cells: count, config: resolved, derived, facts, notices }));
      return;
    }
    const { stringify } = await import('yaml');
    const which = count === 1 ? '' : `, ${count} cells; this is the first`;
    terminal.out(`# ok: ${config}${which}, with every default resolved\n`);
    terminal.out(stringify(resolved, { lineWidth: 0 }));
    terminal.out(commentBlock('follows from the fabric, where not set above', Object.entries(derived)));
    terminal.out(
      commentBlock(
        'measured of the workload',
        Object.entries(facts).map(([name, value]): [string, string] => [name, String(value)]),
      ),
    );
    terminal.out(
      commentBlock(
        'notices',
        notices.map(({ level, text }: Notice) => [level, text]),
      ),
    );
  });
}

/** What the built fabric shows; of a wireless cell nothing is derived. */
function factsOf(
  scenario: AnyScenario,
  build: (scenario: Scenario) => Prepared,
): Pick<Prepared, 'notices' | 'facts'> & { readonly derived: Record<string, string> } {
  if ('system' in scenario) return { notices: [], facts: {}, derived: {} };
  const { limits, notices, facts } = build(scenario);
  return { notices, facts, derived: scenario.compat === undefined ? derivedDefaults(limits, scenario.switch) : {} };
}

/** Defaults that follow from the base round-trip time, in the words and units of the config. */
function derivedDefaults(limits: Limits, { kind }: SwitchSpec): Record<string, string> {
  const { baseRttPs, bdpBytes, queueBytes, headerQueueBytes, ecn, rtoPs, initialWindowBytes, minWindowBytes } = limits;
  const size = (bytes: number): string => (bytes === Infinity ? 'infinite' : formatQuantity(bytes, 'bytes'));
  return {
    baseRtt: formatQuantity(baseRttPs, 'time'),
    bdp: size(bdpBytes),
    ...(kind === 'droptail' || kind === 'composite' ? { 'switch.queue': size(queueBytes) } : {}),
    ...(kind === 'composite' ? { 'switch.headerQueue': size(headerQueueBytes) } : {}),
    'switch.ecn': ecn === null ? 'off' : `{ low: ${size(ecn.lowBytes)}, high: ${size(ecn.highBytes)} }`,
    'transport.rto': rtoPs === Infinity ? 'never' : formatQuantity(rtoPs, 'time'),
    'transport.initialWindow': size(initialWindowBytes),
    'transport.minWindow': size(minWindowBytes),
  };
}

const commentBlock = (title: string, lines: readonly (readonly [string, string])[]): string =>
  lines.length === 0 ? '' : `# ${title}:\n${lines.map(([name, value]) => `#   ${name}: ${value}\n`).join('')}`;
