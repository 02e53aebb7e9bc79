import type { HpccOptions, ImportedWorkload } from '../../sim/base/file-spec.ts';
import { MAX_TIME_PS } from '../../sim/base/scenario.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { addFlow } from '../flows.ts';
import type { Notice } from '../workload.ts';
import { finishImport } from './finish-import.ts';
import { checkMessageCount, checkRanks, type ImportRequest, onlyFile } from './import-request.ts';
import { emptyFile, type Line, textLines } from './lines.ts';
import { Problems } from './problems.ts';
import { quoted, rangeText, type Token, tokensOf, wholeNumber } from './tokens.ts';

/** Above this the flow does not fit the 32-bit sequence numbers of the ns-3 model. */
const LARGEST_NS3_FLOW = 2 ** 32;
const PS_PER_SECOND = 1e12;
const MOST_NODES = 2 ** 23;

interface Flow {
  readonly line: number;
  readonly src: number;
  readonly dst: number;
  readonly bytes: number;
  readonly startPs: number;
}

/**
 * The flows of a file of the HPCC family (ns-3): line 1 their number, then `<src> <dst> <priority group> <destination port> <bytes>
 * <start in seconds>` each. Node n is rank n.
 *
 * @throws ImportError for a malformed file, fewer flows than declared, more nodes than ranks
 */
export function hpccWorkload(request: ImportRequest<HpccOptions>): ImportedWorkload {
  const file = onlyFile(request);
  const problems = new Problems();
  const flows: Flow[] = [];
  const notices: Notice[] = [];
  let declared: number | null = null;
  let [extra, isFirst] = [0, true];
  for (const line of textLines(file)) {
    const tokens = tokensOf(line);
    if (tokens.length === 0) continue;
    if (isFirst) {
      isFirst = false;
      declared = flowCount(tokens, line, file.name, problems);
    } else if (declared !== null && flows.length + problems.count >= declared) extra++;
    else {
      const flow = readFlow(tokens, line, file.name, problems);
      if (flow !== null) flows.push(flow);
    }
  }
  if (isFirst) throw emptyFile(file, 'the number of flows and a line for each');
  problems.throwIfAny();
  if (declared !== null && flows.length < declared) {
    problems.add(
      'E460',
      `line 1 says ${declared} flows, the file has ${flows.length}`,
      { file: file.name, line: 1, column: 1 },
      'is it cut off?',
    );
    problems.throwIfAny();
  }
  checkMessageCount(flows.length, file.name, 'import fewer flows');
  const nodes = flows.reduce((most, { src, dst }) => Math.max(most, src + 1, dst + 1), 1);
  checkRanks(nodes, 'nodes', request, { file: file.name, line: 1 });

  const warn = (count: number, text: string): void => {
    if (count > 0) notices.push({ level: 'warning', text: `${file.name}: ${count} ${text}` });
  };
  warn(extra, `lines behind the ${declared} flows of line 1 are ignored, as the original does`);
  const unsorted = flows.filter(({ startPs }, i) => i > 0 && startPs < flows[i - 1]!.startPs).length;
  warn(unsorted, 'flows start before the one of the line above; they are sorted here, the original aborts');
  warn(flows.filter(({ bytes }) => bytes > LARGEST_NS3_FLOW).length, 'flows have more than 4 GiB, which the original cannot count');
  notices.push({ level: 'note', text: `${file.name}: priority groups and ports are not used; node n is rank n` });

  const builder = new ScheduleBuilder(nodes);
  const phase = builder.phase('flows');
  const lineOfOp: number[] = [];
  for (const { src, dst, bytes, startPs, line } of flows.toSorted((a, b) => a.startPs - b.startPs)) {
    const send = addFlow(builder, src, dst, bytes, startPs, phase);
    for (let op = send; op <= send + 2; op++) lineOfOp[op] = line;
  }
  return { schedule: finishImport(builder.build(), file.name, (op) => `line ${lineOfOp[op]}`), notices, facts: {} };
}

function flowCount(tokens: readonly Token[], line: Line, file: string, problems: Problems): number | null {
  const where = { file, line: line.number, column: tokens[0]!.column };
  const count = wholeNumber(tokens[0]!.text, 0, Number.MAX_SAFE_INTEGER);
  if (count === null || tokens.length > 1) {
    problems.add('E460', `${quoted(line.text.trim())} is no number of flows`, where, 'line 1 is the number of flows that follow');
  }
  return count;
}

function readFlow(tokens: readonly Token[], line: Line, file: string, problems: Problems): Flow | null {
  const before = problems.count;
  const complain = (message: string, token: Token | undefined, hint?: string): void =>
    problems.add('E461', message, { file, line: line.number, column: token?.column ?? line.text.length + 1 }, hint);
  if (tokens.length !== 6) {
    complain(`a flow has 6 numbers, not ${tokens.length}`, tokens[6], '<src> <dst> <priority group> <port> <bytes> <start in seconds>');
    return null;
  }
  const number = (index: number, what: string, least: number, most: number): number => {
    const value = wholeNumber(tokens[index]!.text, least, most);
    if (value === null) complain(`${what} ${quoted(tokens[index]!.text)} is not ${rangeText(least, most)}`, tokens[index]);
    return value ?? 0;
  };
  const src = number(0, 'source', 0, MOST_NODES - 1);
  const dst = number(1, 'destination', 0, MOST_NODES - 1);
  number(2, 'priority group', 0, 7);
  number(3, 'port', 0, 65_535);
  const bytes = number(4, 'bytes', 1, Number.MAX_SAFE_INTEGER);
  const start = tokens[5]!;
  const startPs = /^\d+(\.\d*)?(e[+-]?\d+)?$/i.test(start.text) ? Number(start.text) * PS_PER_SECOND : Number.NaN;
  if (!(startPs <= MAX_TIME_PS)) {
    complain(`start ${quoted(start.text)} is no number of seconds up to ${MAX_TIME_PS / PS_PER_SECOND}`, start);
  } else if (Math.abs(startPs - Math.round(startPs)) > 1e-9 * Math.max(1, startPs)) {
    complain(`start ${quoted(start.text)} is no whole number of picoseconds`, start, 'use fewer decimals');
  }
  if (src === dst && problems.count === before) complain(`node ${src} sends to itself`, tokens[1]);
  return problems.count > before ? null : { line: line.number, src, dst, bytes, startPs: Math.round(startPs) };
}
