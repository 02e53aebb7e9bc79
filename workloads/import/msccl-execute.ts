import { describeStep, locate, type MscclProgram, placeOf, type Slot, type Step, STEP_TYPES, type ThreadBlock } from './msccl-program.ts';
import type { Problems } from './problems.ts';

/** Slots of a connection of the interpreter; a send waits while all are full. */
const FIFO_SLOTS = 8;

/**
 * What a chunk holds: the contributions (gpu * chunks + input chunk), each once, in ascending order; `twice`: one of them more than
 * once, and where that happened; null: nothing was ever written there.
 */
type Value = { readonly parts: readonly number[] } | { readonly twice: string } | null;

export interface Execution {
  /** Most messages that lay in one connection while the steps ran in rounds. */
  readonly deepestFifo: number;
}

export const exceedsFifo = ({ deepestFifo }: Execution): boolean => deepestFifo > FIFO_SLOTS;

/**
 * Executes an algorithm with symbols in place of data: steps run in rounds, each thread block a step a round where it can, on buffers
 * that hold sets of contributions. Notes in `problems` steps that wait for each other, and chunks that do not end as the collective says.
 */
export function executeMsccl(program: MscclProgram, problems: Problems): Execution {
  const run = new Run(program);
  run.run();
  if (run.refuseStuck(problems)) checkResult(program, (gpu, slot) => run.read(gpu, slot), problems);
  return { deepestFifo: run.deepestFifo };
}

class Run {
  readonly #program: MscclProgram;
  readonly #memory: Map<string, Value>[];
  readonly #blocks: readonly ThreadBlock[];
  readonly #indexOf = new Map<ThreadBlock, number>();
  /** Next step of each block. */
  readonly #at: Int32Array;
  /** By sender, receiver and channel: what has been sent and not received, and the block that receives it. */
  readonly #wires = new Map<string, { readonly messages: (readonly Value[])[]; first: number }>();
  /** Block at either end of a wire. */
  readonly #sender = new Map<string, number>();
  readonly #receiver = new Map<string, number>();
  /** Blocks that wait for a block of their gpu. */
  readonly #watchers: readonly Set<number>[];
  /** Wires that were sent on in this round. */
  readonly #filled = new Set<string>();
  deepestFifo = 0;

  constructor(program: MscclProgram) {
    this.#program = program;
    const { chunks, gpus } = program;
    this.#memory = gpus.map(({ id, size }) => {
      const memory = new Map<string, Value>();
      for (let x = 0; x < size.i; x++) memory.set(this.#key(id, { buffer: 'i', offset: x }), { parts: [id * chunks + x] });
      return memory;
    });
    this.#blocks = gpus.flatMap(({ blocks }) => blocks);
    this.#blocks.forEach((block, index) => {
      this.#indexOf.set(block, index);
      if (block.send !== -1) this.#sender.set(wire(block.gpu, block.send, block.channel), index);
      if (block.recv !== -1) this.#receiver.set(wire(block.recv, block.gpu, block.channel), index);
    });
    this.#at = new Int32Array(this.#blocks.length);
    this.#watchers = this.#blocks.map(() => new Set());
    this.#blocks.forEach((block, index) => {
      for (const { waitBlock } of block.steps) if (waitBlock !== -1) this.#watchers[this.#other(block, waitBlock)]!.add(index);
    });
  }

  run(): void {
    let candidates = new Set(this.#blocks.keys());
    while (candidates.size > 0) {
      const able = [...candidates].filter((index) => this.#blockedBy(index) === null && !this.#isDone(index));
      candidates = new Set();
      for (const index of able) {
        this.#execute(this.#blocks[index]!, this.#blocks[index]!.steps[this.#at[index]!]!, candidates);
        this.#at[index]!++;
        candidates.add(index);
        for (const watcher of this.#watchers[index]!) candidates.add(watcher);
      }
      for (const key of this.#filled) {
        const { messages, first } = this.#wires.get(key)!;
        this.deepestFifo = Math.max(this.deepestFifo, messages.length - first);
      }
      this.#filled.clear();
    }
  }

  read(gpu: number, slot: Slot): Value {
    return this.#memory[gpu]!.get(this.#key(gpu, slot)) ?? null;
  }

  /** True when every step has run. */
  refuseStuck(problems: Problems): boolean {
    const stuck = this.#blocks.findIndex((_, index) => !this.#isDone(index));
    if (stuck === -1) return true;
    const path: number[] = [];
    let index = stuck;
    while (!path.includes(index)) {
      path.push(index);
      index = this.#blockedBy(index)!;
    }
    const circle = [...path.slice(path.indexOf(index)), index].map((each) => describeStep(this.#blocks[each]!, this.#at[each]!));
    const { line } = this.#blocks[index]!.steps[this.#at[index]!]!;
    problems.add(
      'E473',
      `steps wait for each other in a circle: ${circle.join(' waits for ')}`,
      placeOf(this.#program.file, { line }),
      'remove one of these waits',
    );
    return false;
  }

  #isDone(index: number): boolean {
    return this.#at[index] === this.#blocks[index]!.steps.length;
  }

  #other(block: ThreadBlock, waitBlock: number): number {
    return this.#indexOf.get(this.#program.gpus[block.gpu]!.blocks[waitBlock]!)!;
  }

  /** The block that has to act before this one can; null: none. */
  #blockedBy(index: number): number | null {
    if (this.#isDone(index)) return null;
    const block = this.#blocks[index]!;
    const step = block.steps[this.#at[index]!]!;
    if (step.waitBlock !== -1) {
      const other = this.#other(block, step.waitBlock);
      if (this.#at[other]! <= step.waitStep) return other;
    }
    if (!STEP_TYPES[step.type].receives) return null;
    const connection = this.#wires.get(wire(block.recv, block.gpu, block.channel));
    if (connection !== undefined && connection.first < connection.messages.length) return null;
    return this.#sender.get(wire(block.recv, block.gpu, block.channel))!;
  }

  #execute(block: ThreadBlock, step: Step, touched: Set<number>): void {
    const kind = STEP_TYPES[step.type];
    const at = ({ buffer, offset }: Slot, i: number): Slot => ({ buffer, offset: offset + i });
    const source = (slot: Slot): Value[] => Array.from({ length: step.count }, (_, i) => this.read(block.gpu, at(slot, i)));
    let values: readonly Value[] = [];
    if (kind.receives) {
      const connection = this.#wires.get(wire(block.recv, block.gpu, block.channel))!;
      values = connection.messages[connection.first++]!;
    }
    if (kind.reads) {
      const local = source(step.src);
      const other = kind.receives ? values : kind.reduces ? source(step.dst) : null;
      const where = (): string => describeStep(block, block.steps.indexOf(step));
      values = other === null ? local : local.map((value, i) => sum(value, other[i] ?? null, where));
    }
    if (kind.writes) values.forEach((value, i) => this.#memory[block.gpu]!.set(this.#key(block.gpu, at(step.dst, i)), value));
    if (!kind.sends) return;
    const key = wire(block.gpu, block.send, block.channel);
    const connection = this.#wires.get(key) ?? { messages: [], first: 0 };
    connection.messages.push(values);
    this.#wires.set(key, connection);
    this.#filled.add(key);
    const receiver = this.#receiver.get(key);
    if (receiver !== undefined) touched.add(receiver);
  }

  #key(gpu: number, { buffer, offset }: Slot): string {
    const slot = locate(this.#program, gpu, buffer, offset);
    return `${slot.buffer}${slot.offset}`;
  }
}

const wire = (src: number, dst: number, channel: number): string => `${src} ${dst} ${channel}`;

function sum(a: Value, b: Value, where: () => string): Value {
  if (a === null || b === null) return null;
  if ('twice' in a) return a;
  if ('twice' in b) return b;
  const parts: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.parts.length || j < b.parts.length) {
    const [left, right] = [a.parts[i] ?? Infinity, b.parts[j] ?? Infinity];
    if (left === right) return { twice: where() };
    if (left < right) i++;
    else j++;
    parts.push(Math.min(left, right));
  }
  return { parts };
}

const NO_RESULT = 'correct the steps; of coll="custom" the result is not checked';

/** Compares the output of every GPU with what the collective promises. */
function checkResult(program: MscclProgram, read: (gpu: number, slot: Slot) => Value, problems: Problems): void {
  const { collective, chunks, gpus, file } = program;
  const p = gpus.length;
  const shard = chunks / p;
  const ofAll = (chunk: number): number[] => gpus.map(({ id }) => id * chunks + chunk);
  const check = (gpu: number, chunk: number, expected: readonly number[]): void => {
    const value = read(gpu, { buffer: 'o', offset: chunk });
    const found = difference(value, expected, chunks);
    if (found !== null) problems.add('E474', `${collective}: output chunk ${chunk} of gpu ${gpu} ${found}`, { file, line: 1 }, NO_RESULT);
  };
  const holds = (gpu: number, expected: (chunk: number) => readonly number[]): boolean =>
    Array.from({ length: chunks }, (_, chunk) => chunk).every(
      (chunk) => difference(read(gpu, { buffer: 'o', offset: chunk }), expected(chunk), chunks) === null,
    );
  const each = (of: (gpu: number, chunk: number) => readonly number[], count = chunks): void => {
    for (const { id } of gpus) for (let chunk = 0; chunk < count; chunk++) check(id, chunk, of(id, chunk));
  };
  switch (collective) {
    case 'allreduce':
      return each((_, chunk) => ofAll(chunk));
    case 'allgather':
      return each((_, chunk) => [Math.floor(chunk / shard) * chunks + (chunk % shard)]);
    case 'alltoall':
      return each((gpu, chunk) => [Math.floor(chunk / shard) * chunks + gpu * shard + (chunk % shard)]);
    case 'reduce_scatter':
      return each((gpu, chunk) => ofAll(gpu * shard + chunk), shard);
    case 'reduce':
      if (!gpus.some(({ id }) => holds(id, ofAll)))
        problems.add('E474', 'reduce: no gpu ends with the sum of all', { file, line: 1 }, NO_RESULT);
      return;
    case 'broadcast':
      if (!gpus.some((root) => gpus.every(({ id }) => holds(id, (chunk) => [root.id * chunks + chunk]))))
        problems.add('E474', 'broadcast: there is no gpu whose input all end with', { file, line: 1 }, NO_RESULT);
      return;
    case 'custom':
      return;
  }
}

/** How a value differs from these contributions, in words; null: it does not. */
function difference(value: Value, expected: readonly number[], chunks: number): string | null {
  if (value === null) return 'depends on a chunk that nothing was written to';
  if ('twice' in value) return `holds a contribution more than once (first at ${value.twice})`;
  if (value.parts.length === expected.length && value.parts.every((part, i) => part === expected[i])) return null;
  const name = (part: number): string => `chunk ${part % chunks} of gpu ${Math.floor(part / chunks)}`;
  const missing = expected.find((part) => !value.parts.includes(part));
  if (missing !== undefined) return `lacks ${name(missing)}`;
  const extra = value.parts.find((part) => !expected.includes(part));
  return `holds ${name(extra!)}, which does not belong there`;
}
