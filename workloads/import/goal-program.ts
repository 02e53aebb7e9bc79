import { Column, float64, int32, uint32, uint8 } from '../../sim/base/column.ts';
import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import type { Notice } from '../workload.ts';

/** `from -1` and `tag -1`, as the binary form stores them. */
export const ANY = 2 ** 32 - 1;

/** Sizes above this do not fit the 32-bit count of ATLAHS. */
const LARGEST_INT = 2 ** 31 - 1;

const NAMES: Readonly<Record<number, string>> = { [SEND]: 'send', [RECV]: 'recv', [COMPUTE]: 'calc' };

/** What both readers of GOAL files (text and binary) produce: the operations of every rank, rank after rank, and who waits for whom. */
export class GoalProgram {
  readonly file: string;
  /** What `place` counts: lines from 1, or bytes from 0. */
  readonly placeUnit: 'line' | 'byte';
  ranks = 0;
  /** SEND, RECV or COMPUTE. */
  readonly kind = new Column(uint8);
  readonly rank = new Column(int32);
  /** The other rank, or ANY; 0 for a calc. */
  readonly peer = new Column(uint32);
  /** Bytes of a message, duration of a calc in the unit of the file. */
  readonly size = new Column(float64);
  readonly tag = new Column(uint32);
  readonly cpu = new Column(uint8);
  readonly place = new Column(float64);
  readonly edgeOp = new Column(int32);
  readonly edgeDep = new Column(int32);
  readonly edgeOnStart = new Column(uint8);
  readonly notices: Notice[] = [];
  #otherNics = 0;
  #large = 0;

  constructor(file: string, placeUnit: GoalProgram['placeUnit']) {
    this.file = file;
    this.placeUnit = placeUnit;
  }

  get ops(): number {
    return this.kind.length;
  }

  /** Adds an operation and returns its number. */
  add(kind: number, rank: number, peer: number, size: number, tag: number, cpu: number, nic: number, place: number): number {
    this.kind.push(kind);
    this.rank.push(rank);
    this.peer.push(peer);
    this.size.push(size);
    this.tag.push(tag);
    this.cpu.push(cpu);
    this.place.push(place);
    if (nic !== 0) this.#otherNics++;
    if (kind === SEND && size > LARGEST_INT) this.#large++;
    return this.ops - 1;
  }

  after(op: number, dep: number, onStart: boolean): void {
    this.edgeOp.push(op);
    this.edgeDep.push(dep);
    this.edgeOnStart.push(onStart ? 1 : 0);
  }

  warn(text: string): void {
    this.notices.push({ level: 'warning', text: `${this.file}: ${text}` });
  }

  /** Warns of what was read and means nothing here, or not there. */
  finish(): this {
    if (this.#otherNics > 0) this.warn(`the nic of ${this.#otherNics} operations is not used: a rank has one NIC here`);
    if (this.#large > 0) this.warn(`${this.#large} messages are larger than 2 GiB - 1, which some readers of GOAL cannot hold`);
    return this;
  }

  /** `recv of rank 3 (line 17)`. */
  describe(op: number): string {
    return `${NAMES[this.kind.values[op]!]} of rank ${this.rank.values[op]} (${this.placeUnit} ${this.place.values[op]})`;
  }

  /** For error messages. */
  where(op: number): { readonly file: string; readonly line?: number; readonly column?: number } {
    return this.placeUnit === 'line' ? { file: this.file, line: this.place.values[op]!, column: 1 } : { file: this.file };
  }
}
