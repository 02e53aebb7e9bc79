import { ImportError } from '../../sim/base/errors.ts';
import { Column, int32, uint32 } from '../../sim/base/column.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import { ByteReader, opening } from './byte-reader.ts';
import { ANY, GoalProgram } from './goal-program.ts';
import { checkRanks, type ImportRequest } from './import-request.ts';

const MAGIC = 4223;
/** Written over the magic number by a run that saved memory by reusing the file. */
const SPOILT_MAGIC = 2342;
const NODE_BYTES = 39;
const KINDS: Readonly<Record<number, number>> = { 1: SEND, 2: RECV, 3: COMPUTE };

/** The two numbers of a binary schedule; text cannot start with a NUL byte in its first eight. */
export function isGoalBinary(file: InputFile): boolean {
  const bytes = opening(file, 8);
  if (bytes.length < 8) return false;
  const magic = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return magic === BigInt(MAGIC) || magic === BigInt(SPOILT_MAGIC);
}

/**
 * Reads a GOAL schedule in its binary form (layout: docs/import.md), rank after rank. The file stores who waits for an operation; the
 * edges are turned round. Everything that is stored twice is compared.
 *
 * @throws ImportError with the byte offset
 */
export const parseGoalBinary = (file: InputFile, request: ImportRequest): GoalProgram => new GoalBinaryReader(file, request).read();

class GoalBinaryReader {
  readonly #reader: ByteReader;
  readonly #request: ImportRequest;
  readonly #program: GoalProgram;

  constructor(file: InputFile, request: ImportRequest) {
    this.#reader = new ByteReader(file);
    this.#request = request;
    this.#program = new GoalProgram(file.name, 'byte');
  }

  read(): GoalProgram {
    const program = this.#program;
    if (this.#u64() === SPOILT_MAGIC)
      this.#fail('magic number 2342: a run that saves memory has made this file unusable', 0, 'convert the text form again');
    const ranks = this.#u32();
    const [maxCpu, maxNic] = [this.#u8(), this.#u8()];
    if (ranks === 0) this.#fail('no ranks', 8);
    checkRanks(ranks, 'ranks', this.#request, { file: program.file });
    program.ranks = ranks;
    const ends = new Float64Array(ranks);
    let expected = 6 + 16 * ranks;
    for (let rank = 0; rank < ranks; rank++) {
      const at = this.#reader.offset;
      const [start, end] = [this.#u64(), this.#u64()];
      if (start !== expected) this.#fail(`rank ${rank} starts at ${start}, not at ${expected} where the one before ends`, at);
      if (end < start + 8) this.#fail(`rank ${rank} ends at ${end}, before its start ${start}`, at + 8);
      ends[rank] = expected = end;
    }
    for (let rank = 0; rank < ranks; rank++) this.#rank(rank, ends[rank]! - this.#reader.offset + 8, maxCpu, maxNic);
    let behind = 0;
    while (!this.#reader.isAtEnd()) behind += this.#reader.take(2 ** 16).length;
    if (behind > 0) program.warn(`${behind} bytes behind the last rank are ignored`);
    return program.finish();
  }

  /** @param bytes of the rank, by the table of the file */
  #rank(rank: number, bytes: number, maxCpu: number, maxNic: number): void {
    const program = this.#program;
    const begin = this.#reader.offset;
    const [nodes, roots] = [this.#u32(), this.#u32()];
    const edges = (bytes - 8 - 4 * roots - NODE_BYTES * nodes) / 4;
    if (roots > nodes || edges < 0 || !Number.isInteger(edges))
      this.#fail(`rank ${rank} has ${bytes} bytes, which do not hold ${nodes} nodes and ${roots} roots`, begin, 'is an end offset wrong?');
    const rootList = new Column(uint32);
    for (let i = 0; i < roots; i++) rootList.push(this.#u32());
    const first = program.ops;
    /** Of each node: dependencies, dependents, start-dependents. */
    const counts = new Column(uint32);
    let listed = 0;
    for (let node = 0; node < nodes; node++) {
      const at = this.#reader.offset;
      const view = this.#take(NODE_BYTES);
      const u32 = (offset: number): number => view.getUint32(offset, true);
      const size = view.getBigUint64(9, true);
      const kind = KINDS[view.getInt8(4)];
      const [peer, tag, cpu, nic] = [u32(5), u32(17), view.getUint8(21), view.getUint8(22)];
      if (kind === undefined) this.#fail(`node type ${view.getInt8(4)}`, at + 4, '1 is send, 2 recv, 3 calc');
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) this.#fail(`size ${size} is 2^53 or more`, at + 9);
      if (cpu > maxCpu || nic > maxNic) this.#fail(`cpu ${cpu}, nic ${nic}: the file declares ${maxCpu + 1} and ${maxNic + 1}`, at + 21);
      if (kind !== COMPUTE && peer === rank) this.#fail(`rank ${rank} ${kind === SEND ? 'sends to' : 'receives from'} itself`, at + 5);
      if (kind !== COMPUTE && peer >= program.ranks && !(kind === RECV && peer === ANY))
        this.#fail(`there is no rank ${peer}`, at + 5, `ranks are 0..${program.ranks - 1}`);
      if (kind === SEND && tag === ANY) this.#fail('a send with any tag', at + 17, 'only a recv may have that');
      const [after, firstAfter, onStart, firstOnStart] = [u32(23), u32(27), u32(31), u32(35)];
      if (firstAfter !== listed || firstOnStart !== listed + after || listed + after + onStart > edges) {
        this.#fail(
          `dependents ${firstAfter}+${after}, ${firstOnStart}+${onStart} are out of place: expected ${listed} of ${edges}`,
          at + 23,
        );
      }
      listed += after + onStart;
      for (const count of [u32(0), after, onStart]) counts.push(count);
      program.add(kind!, rank, peer, Number(size), tag, cpu, nic, at);
    }
    if (listed !== edges) this.#fail(`rank ${rank} lists ${listed} dependents, its appendix has ${edges}`, begin);
    const waits = new Column(int32);
    for (let node = 0; node < nodes; node++) waits.push(0);
    for (let node = 0; node < nodes; node++) {
      const [after, onStart] = [counts.values[3 * node + 1]!, counts.values[3 * node + 2]!];
      for (let i = 0; i < after + onStart; i++) {
        const at = this.#reader.offset;
        const dependent = this.#u32();
        if (dependent >= nodes) this.#fail(`there is no node ${dependent} in rank ${rank}`, at, `nodes are 0..${nodes - 1}`);
        if (dependent === node) this.#fail(`node ${node} of rank ${rank} waits for itself`, at);
        waits.values[dependent]!++;
        program.after(first + dependent, first + node, i >= after);
      }
    }
    this.#checkCounts(rank, begin, { waits, counts, rootList });
  }

  /** What the file says of dependencies against the appendix. */
  #checkCounts(
    rank: number,
    at: number,
    {
      waits,
      counts,
      rootList,
    }: { readonly waits: Column<Int32Array>; readonly counts: Column<Uint32Array>; readonly rootList: Column<Uint32Array> },
  ): void {
    let roots = 0;
    for (let node = 0; node < waits.length; node++) {
      const [found, declared] = [waits.values[node]!, counts.values[3 * node]!];
      if (found !== declared) this.#fail(`node ${node} of rank ${rank} declares ${declared} dependencies and has ${found}`, at);
      if (found > 0) continue;
      if (rootList.values[roots] !== node || roots >= rootList.length)
        this.#fail(`node ${node} of rank ${rank} waits for nothing and is no root`, at, 'roots are listed in ascending order');
      roots++;
    }
    if (roots < rootList.length) this.#fail(`root ${rootList.values[roots]} of rank ${rank} has dependencies`, at);
  }

  #fail(message: string, offset: number, hint = 'the file is damaged: convert its text form again'): never {
    throw new ImportError('E431', `byte ${offset}: ${message}`, { where: { file: this.#program.file }, hint });
  }

  #take(count: number): DataView {
    const { offset } = this.#reader;
    const bytes = this.#reader.take(count);
    if (bytes.length < count) this.#fail(`the file ends at byte ${offset + bytes.length}`, offset, 'is it cut off?');
    return new DataView(bytes.buffer, bytes.byteOffset, count);
  }

  #u8(): number {
    return this.#take(1).getUint8(0);
  }

  #u32(): number {
    return this.#take(4).getUint32(0, true);
  }

  #u64(): number {
    const { offset } = this.#reader;
    const value = this.#take(8).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.#fail(`${value} is 2^53 or more`, offset);
    return Number(value);
  }
}
