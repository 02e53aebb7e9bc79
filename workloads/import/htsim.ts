import { MAX_TIME_PS } from '../../sim/base/scenario.ts';
import type { HtsimOptions, ImportedWorkload } from '../../sim/base/file-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { PS_PER_UNIT } from '../../sim/base/time-unit.ts';
import { addFlow } from '../flows.ts';
import type { Notice } from '../workload.ts';
import { finishImport } from './finish-import.ts';
import { type CmFile, parseCm } from './htsim-cm.ts';
import { planTriggers } from './htsim-triggers.ts';
import { checkRanks, type ImportRequest, onlyFile } from './import-request.ts';
import { Problems } from './problems.ts';

/**
 * The flows of an htsim connection matrix. A connection becomes one message; a start above 0 a compute of that length before it; a trigger
 * a dependency where a Schedule can hold it (htsim-triggers.ts).
 *
 * @throws ImportError for a malformed file, more nodes than ranks, a start without `htsim.startUnit`, a trigger that joins two hosts
 */
export function htsimWorkload(request: ImportRequest<HtsimOptions>): ImportedWorkload {
  const file = onlyFile(request);
  const cm = parseCm(file);
  checkRanks(cm.nodes, 'nodes', request, { file: file.name, line: 1 });
  const problems = new Problems();
  const notices: Notice[] = [...cm.notices];
  const startPs = startTimes(cm, file.name, request.options.startUnit, problems, notices);
  const plan = planTriggers(cm, file.name, problems);
  problems.throwIfAny();

  const builder = new ScheduleBuilder(cm.nodes);
  const phase = builder.phase('flows');
  const never = new Set(plan.neverStarts);
  const lineOfOp: number[] = [];
  const sends = cm.connections.map(({ line, src, dst, sizeBytes }, i) => {
    if (never.has(i)) return -1;
    const send = addFlow(builder, src, dst, sizeBytes, startPs[i]!, phase);
    for (let op = send; op <= send + 2; op++) lineOfOp[op] = line;
    return send;
  });
  plan.waits.forEach((activations, target) => {
    if (never.has(target)) return;
    for (const { by, event } of activations) builder.after(sends[target]!, event === 'recv-done' ? sends[by]! + 1 : sends[by]!);
  });
  if (never.size > 0) {
    const lines = plan.neverStarts.slice(0, 10).map((i) => cm.connections[i]!.line);
    const more = never.size > lines.length ? ', ..' : '';
    notices.push({
      level: 'warning',
      text: `${file.name}: ${never.size} flows never start, their trigger is not activated: lines ${lines.join(', ')}${more}`,
    });
  }
  return { schedule: finishImport(builder.build(), file.name, (op) => `line ${lineOfOp[op]}`), notices, facts: {} };
}

/** Start of each connection in picoseconds; 0 for triggered ones. */
function startTimes(cm: CmFile, file: string, unit: HtsimOptions['startUnit'], problems: Problems, notices: Notice[]): Float64Array {
  const startPs = new Float64Array(cm.connections.length);
  let inexact = 0;
  let fractions = 0;
  const late = cm.connections.find(({ start }) => start !== null && Number(start) !== 0);
  if (late === undefined) return startPs;
  if (unit === null) {
    problems.add(
      'E410',
      `start ${late.start}: the unit of start is us in some programs and ps in others`,
      { file, line: late.line, column: 1 },
      'set htsim: { startUnit: us } or htsim: { startUnit: ps } in the workload',
    );
    return startPs;
  }
  cm.connections.forEach(({ start, line }, i) => {
    const value = Number(start ?? 0);
    const exact = value * PS_PER_UNIT[unit];
    startPs[i] = Math.round(exact);
    if (exact > MAX_TIME_PS)
      problems.add('E417', `start ${start}${unit} is after the latest time`, { file, line, column: 1 }, `at most ${MAX_TIME_PS} ps`);
    else if (Math.abs(exact - startPs[i]!) > 1e-9 * Math.max(1, exact)) {
      problems.add('E417', `start ${start}${unit} is no whole number of picoseconds`, { file, line, column: 1 }, 'use fewer decimals');
    }
    if (Math.fround(value) !== value) inexact++;
    if (unit === 'us' && !Number.isInteger(value)) fractions++;
  });
  notices.push({ level: 'note', text: `${file}: start is read in ${unit} (htsim.startUnit)` });
  if (inexact > 0) {
    notices.push({
      level: 'warning',
      text: `${file}: ${inexact} start times are no 32-bit floats, which is how htsim reads them; here they are exact`,
    });
  }
  if (fractions > 0) {
    notices.push({
      level: 'warning',
      text: `${file}: ${fractions} start times have a fraction of a microsecond, which htsim_uec drops; here it counts`,
    });
  }
  return startPs;
}
