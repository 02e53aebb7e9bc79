import type { GoalOptions, ImportedWorkload } from '../../sim/base/file-spec.ts';
import { MAX_TIME_PS } from '../../sim/base/scenario.ts';
import { COMPUTE, ScheduleBuilder, SEND } from '../../sim/base/schedule.ts';
import { PS_PER_UNIT } from '../../sim/base/time-unit.ts';
import { finishImport } from './finish-import.ts';
import { isGoalBinary, parseGoalBinary } from './goal-binary.ts';
import { matchGoal } from './goal-match.ts';
import type { GoalProgram } from './goal-program.ts';
import { parseGoalText } from './goal-text.ts';
import { checkMessageCount, type ImportRequest, onlyFile } from './import-request.ts';
import { Problems } from './problems.ts';

/**
 * The Schedule of a GOAL file, text or binary (docs/import.md). `a requires b` is an edge from the end of b, `a irequires b` from its
 * start, also between CPUs of a rank; the calcs of one CPU follow each other.
 *
 * @throws ImportError for a malformed file, messages without partner, circles, more ranks than the fabric has
 */
export function goalWorkload(request: ImportRequest<GoalOptions>): ImportedWorkload {
  const file = onlyFile(request);
  const program = isGoalBinary(file) ? parseGoalBinary(file, request) : parseGoalText(file, request);
  const unit = request.options.timeUnit;
  checkDurations(program, unit);
  let messages = 0;
  for (let op = 0; op < program.ops; op++) if (program.kind.values[op] === SEND) messages++;
  checkMessageCount(messages, file.name, 'import a shorter schedule');
  const { match, previousOnCpu } = matchGoal(program, PS_PER_UNIT[unit]);

  const { kind, rank, peer, size, edgeOp, edgeDep, edgeOnStart } = program;
  const builder = new ScheduleBuilder(program.ranks);
  const phase = builder.phase('goal');
  const built = new Int32Array(program.ops);
  for (let op = 0; op < program.ops; op++) {
    if (kind.values[op] === COMPUTE) built[op] = builder.compute(rank.values[op]!, size.values[op]! * PS_PER_UNIT[unit]);
    else if (kind.values[op] === SEND) {
      built[op] = builder.message(rank.values[op]!, peer.values[op]!, size.values[op]!, phase);
      built[match[op]!] = built[op]! + 1;
    }
  }
  for (let edge = 0; edge < edgeOp.length; edge++) {
    const [op, dep] = [edgeOp.values[edge]!, edgeDep.values[edge]!];
    // The file itself says that this calc follows the one before it on its CPU.
    if (edgeOnStart.values[edge] === 0 && previousOnCpu[op] === dep) previousOnCpu[op] = -1;
    builder.after(built[op]!, built[dep]!, edgeOnStart.values[edge] === 1 ? 'start' : 'end');
  }
  previousOnCpu.forEach((previous, op) => {
    if (previous !== -1) builder.after(built[op]!, built[previous]!);
  });
  const notice = { level: 'note', text: `${file.name}: calc is read in ${unit} (goal.timeUnit)` } as const;
  const schedule = finishImport(builder.build(), file.name, (op) => `operation ${op}`);
  const cpuOfOp = new Uint8Array(schedule.ops);
  built.forEach((own, op) => (cpuOfOp[own] = program.cpu.values[op]!));
  return { schedule, notices: [...program.notices, notice], facts: {}, cpuOfOp };
}

function checkDurations(program: GoalProgram, unit: GoalOptions['timeUnit']): void {
  const problems = new Problems();
  for (let op = 0; op < program.ops; op++) {
    if (program.kind.values[op] !== COMPUTE || program.size.values[op]! * PS_PER_UNIT[unit] <= MAX_TIME_PS) continue;
    problems.add('E430', `${program.describe(op)} lasts ${program.size.values[op]} ${unit}, longer than a run can be`, program.where(op));
  }
  problems.throwIfAny();
}
