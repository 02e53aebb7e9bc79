import { COMPUTE, RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';
import { inOneServer, type Topology } from '../../sim/base/topology.ts';
import { cannotExpress } from './cannot-express.ts';
import { isJoin, WaitsOfOperations } from './joins.ts';

/** Priority group of data, and the port that the analysis scripts of HPCC take for normal flows. */
const PRIORITY_GROUP = 3;
const PORT = 100;
/** Sequence numbers of the ns-3 model have 32 bits. */
const MOST_NS3_BYTES = 2 ** 32;

/**
 * The messages of a Schedule as a flow file of the HPCC family (ns-3), line by line: sorted by start, as the reader needs it; nodes are the
 * hosts that ranks are placed on, seconds count from the start of the run. Everything is checked before the first line is asked for.
 *
 * @throws ConfigError naming the first operation that is more than a flow with a start of its own
 */
export function hpccFlowsText(schedule: Schedule, topology: Topology): Iterable<string> {
  const { ops, kind, rank, peer, bytes, durationPs } = schedule;
  const waits = new WaitsOfOperations(schedule);
  const refuse = (op: number, why: string): Error =>
    cannotExpress('the HPCC flow file', schedule, op, why, 'export to GOAL, which has any dependency');
  const startPs = new Float64Array(ops);
  const isStart = new Uint8Array(ops);
  const waitsForNothing = (op: number): boolean => waits.of(op).ends.length + waits.of(op).starts.length === 0;
  for (let op = 0; op < ops; op++) {
    if (kind[op] === RECV && !waitsForNothing(op)) throw refuse(op, 'a receive that waits for something but its message');
    if (kind[op] !== SEND) continue;
    if (inOneServer(topology, rank[op]!, peer[op]!)) throw refuse(op, 'both ranks are in one server, and there is no NVLink');
    if (bytes[op] === 0) throw refuse(op, 'a message without bytes');
    if (waitsForNothing(op)) continue;
    const { ends, starts } = waits.of(op);
    const compute = ends[0] ?? -1;
    const isDelay = starts.length === 0 && ends.length === 1 && kind[compute] === COMPUTE && waitsForNothing(compute);
    if (!isDelay) throw refuse(op, 'it waits for other operations, and flows have a start only');
    if (durationPs[compute]! % 1000 !== 0) throw refuse(op, `it starts at ${durationPs[compute]} ps, and times of ns-3 are whole ns`);
    isStart[compute] = 1;
    startPs[op] = durationPs[compute]!;
  }
  for (let op = 0; op < ops; op++) {
    if (kind[op] === COMPUTE && isStart[op] === 0 && !isJoin(schedule, op)) throw refuse(op, 'a computation that no message waits for');
  }
  const sends = Int32Array.from({ length: ops }, (_, op) => op).filter((op) => kind[op] === SEND);
  return lines(
    schedule,
    topology,
    sends.sort((a, b) => startPs[a]! - startPs[b]! || a - b),
    startPs,
  );
}

function* lines({ rank, peer, bytes }: Schedule, { hostOfRank }: Topology, sends: Int32Array, startPs: Float64Array): Generator<string> {
  yield `${sends.length}\n`;
  for (const send of sends) {
    const [src, dst] = [hostOfRank[rank[send]!]!, hostOfRank[peer[send]!]!];
    yield `${src} ${dst} ${PRIORITY_GROUP} ${PORT} ${bytes[send]} ${seconds(startPs[send]!)}\n`;
  }
}

/** Exact, in decimals: of a time in whole ns. */
function seconds(ps: number): string {
  const ns = ps / 1000;
  const whole = Math.floor(ns / 1e9);
  const rest = String(ns - whole * 1e9).padStart(9, '0');
  return `${whole}.${rest}`.replace(/\.?0+$/, '') || '0';
}

/** Messages that the ns-3 model cannot count. */
export const countOverNs3 = ({ kind, bytes }: Schedule): number =>
  kind.reduce((count, each, op) => (each === SEND && bytes[op]! > MOST_NS3_BYTES ? count + 1 : count), 0);
