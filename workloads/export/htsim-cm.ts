import { ConfigError } from '../../sim/base/errors.ts';
import { COMPUTE, RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';
import { inOneServer, type Topology } from '../../sim/base/topology.ts';
import { PS_PER_UNIT } from '../../sim/base/time-unit.ts';
import { cannotExpress } from './cannot-express.ts';
import { isJoin, type Waits, WaitsOfOperations } from './joins.ts';

/** Unit of `start`, in which programs differ: htsim_uec reads microseconds, ndp and eqds picoseconds. */
export type StartUnit = 'us' | 'ps';

/** htsim reads sizes into an int. */
const MOST_BYTES = 2 ** 31 - 1;
const FORMAT = '.cm';

/** Fires its targets when all its activations have come. */
interface Trigger {
  readonly id: number;
  readonly activations: number;
}

/**
 * The messages of a Schedule as an htsim connection matrix, line by line: a connection a send, in the order of operations; nodes are the
 * hosts that ranks are placed on. A send that waits for one delay from the start of the run gets it as `start`; one that waits for ends
 * of own sends and receives gets a trigger, `oneshot` for one of them and `barrier` for several (docs/export.md).
 *
 * Everything is checked before the first line is asked for.
 *
 * @param startUnit null: not said; then every connection must start at 0
 * @throws ConfigError naming the first operation that the format cannot express
 */
export function htsimCmText(schedule: Schedule, topology: Topology, startUnit: StartUnit | null): Iterable<string> {
  return new CmWriter(schedule, topology, startUnit).plan();
}

class CmWriter {
  readonly #schedule: Schedule;
  readonly #topology: Topology;
  readonly #startUnit: StartUnit | null;
  readonly #waits: WaitsOfOperations;
  /** By send: what starts it; and the trigger that its end, by receive the trigger that its end, activates. 0: none. */
  readonly #startedBy: Int32Array;
  readonly #activates: Int32Array;
  readonly #startPs: Float64Array;
  readonly #triggers: Trigger[] = [];
  readonly #triggerOfWaits = new Map<Waits, number>();
  /** Computes that became a start time. */
  readonly #isStart: Uint8Array;

  constructor(schedule: Schedule, topology: Topology, startUnit: StartUnit | null) {
    const { ops } = schedule;
    this.#schedule = schedule;
    this.#topology = topology;
    this.#startUnit = startUnit;
    this.#waits = new WaitsOfOperations(schedule);
    this.#startedBy = new Int32Array(ops);
    this.#activates = new Int32Array(ops);
    this.#startPs = new Float64Array(ops);
    this.#isStart = new Uint8Array(ops);
  }

  plan(): Iterable<string> {
    const { ops, kind } = this.#schedule;
    let connections = 0;
    for (let op = 0; op < ops; op++) {
      if (kind[op] === RECV && this.#waitsForAnything(op)) throw this.#refuse(op, 'a receive that waits for something but its message');
      if (kind[op] !== SEND) continue;
      connections++;
      this.#checkSend(op);
      this.#planSend(op);
    }
    for (let op = 0; op < ops; op++) {
      if (kind[op] !== COMPUTE || isJoin(this.#schedule, op) || this.#isStart[op] === 1) continue;
      throw this.#refuse(op, this.#waitsForAnything(op) ? 'a computation between messages' : 'a computation that no message waits for');
    }
    return this.#lines(connections);
  }

  #checkSend(send: number): void {
    const { rank, peer, bytes } = this.#schedule;
    if (inOneServer(this.#topology, rank[send]!, peer[send]!))
      throw this.#refuse(send, 'both ranks are in one server, and there is no NVLink');
    if (bytes[send] === 0) throw this.#refuse(send, 'a message without bytes (size 0 is endless in some programs)');
    if (bytes[send]! > MOST_BYTES) throw this.#refuse(send, `sizes end at ${MOST_BYTES} B`, 'cut the message into smaller ones');
  }

  #planSend(send: number): void {
    const { kind } = this.#schedule;
    const waits = this.#waits.of(send);
    if (waits.starts.length > 0) throw this.#refuse(send, 'it waits for the start of another operation, and triggers fire at ends');
    const [first] = waits.ends;
    if (first === undefined) return;
    const computes = waits.ends.filter((op) => kind[op] === COMPUTE);
    if (computes.length > 0) {
      if (waits.ends.length > 1) throw this.#refuse(send, 'it waits for a computation and for something else');
      if (this.#waitsForAnything(first)) throw this.#refuse(first, 'a computation between messages');
      this.#isStart[first] = 1;
      this.#startPs[send] = this.#checkedStart(send, this.#schedule.durationPs[first]!);
    } else this.#startedBy[send] = this.#triggerOf(send, waits);
  }

  /** Sends that wait for one set of operations share a trigger, and no operation may activate two. */
  #triggerOf(send: number, waits: Waits): number {
    const known = this.#triggerOfWaits.get(waits);
    if (known !== undefined) return known;
    // Equal sets that were written down twice are told by any of their members.
    const { ends } = waits;
    const shared = this.#activates[ends[0]!]!;
    const isSame =
      shared > 0 && this.#triggers[shared - 1]!.activations === ends.length && ends.every((op) => this.#activates[op] === shared);
    const id = isSame ? shared : this.#newTrigger(send, ends);
    this.#triggerOfWaits.set(waits, id);
    return id;
  }

  #newTrigger(send: number, ends: readonly number[]): number {
    const id = this.#triggers.push({ id: this.#triggers.length + 1, activations: ends.length });
    for (const op of ends) {
      if (this.#activates[op] !== 0) {
        throw this.#refuse(send, `operation ${op}, which it waits for, activates another trigger already, and may activate one`);
      }
      this.#activates[op] = id;
    }
    return id;
  }

  #checkedStart(send: number, startPs: number): number {
    if (this.#startUnit === null) {
      throw new ConfigError('E182', `a connection starts at ${startPs} ps: the unit of start is us in some programs and ps in others`, {
        hint: 'say which with --start-unit us (htsim_uec) or --start-unit ps (ndp, eqds)',
      });
    }
    const value = this.#startUnit === 'us' ? startPs / PS_PER_UNIT.us : startPs;
    if (!Number.isInteger(value)) throw this.#refuse(send, `it starts at ${value} us, and fractions of a microsecond are dropped`);
    if (Math.fround(value) !== value) throw this.#refuse(send, `it starts at ${value} ${this.#startUnit}, which is no 32-bit float`);
    return value;
  }

  #waitsForAnything(op: number): boolean {
    const { ends, starts } = this.#waits.of(op);
    return ends.length + starts.length > 0;
  }

  #refuse(op: number, why: string, hint = 'export to GOAL, which has any dependency'): ConfigError {
    return cannotExpress(FORMAT, this.#schedule, op, why, hint);
  }

  *#lines(connections: number): Generator<string> {
    const { ops, kind, rank, peer, bytes, match } = this.#schedule;
    const { hosts, hostOfRank } = this.#topology;
    yield `Nodes ${hosts}\nConnections ${connections}\n`;
    if (this.#triggers.length > 0) yield `Triggers ${this.#triggers.length}\n`;
    let id = 0;
    for (let send = 0; send < ops; send++) {
      if (kind[send] !== SEND) continue;
      const trigger = this.#startedBy[send]!;
      const begin = trigger === 0 ? `start ${this.#startPs[send]}` : `trigger ${trigger}`;
      const sent = this.#activates[send]!;
      const received = this.#activates[match[send]!]!;
      const done = `${sent === 0 ? '' : ` send_done_trigger ${sent}`}${received === 0 ? '' : ` recv_done_trigger ${received}`}`;
      yield `${hostOfRank[rank[send]!]}->${hostOfRank[peer[send]!]} id ${++id} ${begin} size ${bytes[send]}${done}\n`;
    }
    for (const trigger of this.#triggers) {
      yield `trigger id ${trigger.id} ${trigger.activations === 1 ? 'oneshot' : `barrier count ${trigger.activations}`}\n`;
    }
  }
}
