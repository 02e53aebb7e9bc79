import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { buildTopology } from '../topologies/build-topology.ts';
import { hpccTopologyText } from '../topologies/export/hpcc-topology.ts';
import { htsimTopoText } from '../topologies/export/htsim-topo.ts';
import { simaiTopologyText } from '../topologies/export/simai-topology.ts';
import type { Notice } from '../workloads/build-workload.ts';
import { chakraCollective, chakraTraces, isChakraCollective } from '../workloads/export/chakra.ts';
import { goalBinary } from '../workloads/export/goal-binary.ts';
import type { TimeUnit } from '../sim/base/time-unit.ts';
import { countOverAtlahs, goalProgram } from '../workloads/export/goal-program.ts';
import { goalText } from '../workloads/export/goal-text.ts';
import { countOverNs3, hpccFlowsText } from '../workloads/export/hpcc-flows.ts';
import { htsimCmText, type StartUnit } from '../workloads/export/htsim-cm.ts';
import { buildTraffic, type Traffic } from '../workloads/traffic.ts';
import type { ExportFormat } from './export-formats.ts';
import { writeAtomic } from './write-atomic.ts';
import { writingTo } from './write-failure.ts';

export interface ExportUnits {
  /** Of `start` in a connection matrix; null: not given. */
  readonly start: StartUnit | null;
  /** Of computes in GOAL and Chakra; null: that of the format, ns and us. */
  readonly time: TimeUnit | null;
}

/** A file to write: what its name ends with, and its content in pieces. */
export interface ExportFile {
  readonly ending: string;
  readonly parts: Iterable<string | Uint8Array>;
}

export interface Exported {
  readonly files: readonly ExportFile[];
  readonly notices: readonly Notice[];
}

/**
 * The workload and the fabric of a scenario in another program's format (docs/export.md). All that a format cannot express is found
 * here, so that nothing is written then.
 *
 * @throws ConfigError naming the operation, or the part of the fabric, that the format cannot express
 */
export function exportScenario(format: ExportFormat, scenario: Scenario, units: ExportUnits): Exported {
  switch (format) {
    case 'htsim':
      return htsim(scenario, units);
    case 'goal':
    case 'goal-bin':
      return goal(format, scenario, units);
    case 'chakra':
      return chakra(scenario, units);
    case 'hpcc':
      return hpcc(scenario);
    case 'simai-topology':
      refuseFailures(format, scenario);
      return { files: [{ ending: '.simai-topology.txt', parts: simaiTopologyText(scenario.topology) }], notices: [] };
  }
}

function htsim(scenario: Scenario, { start }: ExportUnits): Exported {
  refuseFailures('htsim', scenario);
  const { topology, switch: device } = scenario;
  const traffic = buildTraffic(scenario);
  const { schedule } = traffic;
  const topo = htsimTopoText(topology, device.queueBytes);
  const fabric = buildTopology(topology, [], schedule.ranks, scenario.seed);
  const note = 'htsim does not read the speed of NICs from the .topo file: give its command line that of the host links';
  return {
    files: [
      { ending: '.cm', parts: htsimCmText(schedule, fabric, start) },
      { ending: '.topo', parts: [topo] },
    ],
    notices: [...noticesOf(traffic), { level: 'note', text: note }],
  };
}

function goal(format: 'goal' | 'goal-bin', scenario: Scenario, { time }: ExportUnits): Exported {
  const unit = time ?? 'ns';
  const traffic = buildTraffic(scenario);
  const program = goalProgram(traffic.schedule, unit);
  const notices = [...noticesOf(traffic)];
  const large = countOverAtlahs(traffic.schedule);
  if (large > 0) notices.push({ level: 'warning', text: `${large} messages are above 2 GiB - 1, which ATLAHS cannot hold` });
  if (traffic.schedule.durationPs.some((ps) => ps > 0)) notices.push({ level: 'note', text: `calc is in ${unit} (--time-unit)` });
  const file = format === 'goal' ? { ending: '.goal', parts: goalText(program) } : { ending: '.bin', parts: goalBinary(program) };
  return { files: [file], notices };
}

function chakra(scenario: Scenario, { time }: ExportUnits): Exported {
  if (time === 'ps') throw new ConfigError('E182', 'Chakra has no unit of ps', { hint: 'use --time-unit us or ns' });
  const { workload, start, jobs, background } = scenario;
  const files = (traces: readonly Iterable<Uint8Array>[]): ExportFile[] => traces.map((parts, rank) => ({ ending: `.${rank}.et`, parts }));
  const isAtOnce = start.startPs === 0 && start.startJitterPs === 0 && start.stragglers === null;
  if (jobs.length === 0 && background === null && isAtOnce && isChakraCollective(workload)) {
    const text = `a trace names the collective, not its algorithm (${workload.algorithm}): the reader chooses one`;
    return { files: files(chakraCollective(workload)), notices: [{ level: 'note', text }] };
  }
  const traffic = buildTraffic(scenario);
  const notices = [...noticesOf(traffic)];
  if (time === 'ns')
    notices.push({ level: 'warning', text: 'duration_micros holds ns: readers must be told so (chakra.durationUnit: ns)' });
  return { files: files(chakraTraces(traffic.schedule, time ?? 'us')), notices };
}

function hpcc(scenario: Scenario): Exported {
  refuseFailures('hpcc', scenario);
  const traffic = buildTraffic(scenario);
  const { schedule } = traffic;
  const fabric = buildTopology(scenario.topology, [], schedule.ranks, scenario.seed);
  const large = countOverNs3(schedule);
  const text = `${large} flows are above 4 GiB, which the 32-bit sequence numbers of the ns-3 model cannot count`;
  return {
    files: [
      { ending: '.topology.txt', parts: hpccTopologyText(fabric) },
      { ending: '.flows.txt', parts: hpccFlowsText(schedule, fabric) },
    ],
    notices: large > 0 ? [...noticesOf(traffic), { level: 'warning', text }] : noticesOf(traffic),
  };
}

function noticesOf({ notices, jobs }: Traffic): readonly Notice[] {
  if (jobs.length < 2) return notices;
  return [...notices, { level: 'note', text: `the file does not tell the ${jobs.length} jobs apart` }];
}

function refuseFailures(format: ExportFormat, { failures }: Scenario): void {
  const [failure] = failures;
  if (failure === undefined) return;
  throw new ConfigError('E181', `${format} cannot express the failure of ${failure.link}`, {
    where: { path: 'failures' },
    hint: 'export without failures',
  });
}

/**
 * Writes what `exportScenario` has made: the one file to `out`, several into the folder `out`, which is made if absent. Every file is
 * written whole or not at all; one that is there is replaced.
 *
 * @param name the first part of the names in a folder
 * @returns the paths
 * @throws ConfigError when it cannot be written
 */
export function writeExport({ files }: Exported, name: string, out: string): string[] {
  const [only, ...others] = files;
  if (others.length === 0) {
    writingTo(out, 'give a name in a folder that exists and may be written', () => writeAtomic(out, only!.parts));
    return [out];
  }
  return writingTo(out, 'give a folder that may be written', () => {
    mkdirSync(out, { recursive: true });
    return files.map(({ ending, parts }) => {
      const path = join(out, `${name}${ending}`);
      writeAtomic(path, parts);
      return path;
    });
  });
}

/** Where an export goes by default: a file NAME.ending, or a folder NAME.format. */
export const defaultOut = ({ files }: Exported, name: string, format: ExportFormat): string =>
  `${name}${files.length === 1 ? files[0]!.ending : `.${format}`}`;
