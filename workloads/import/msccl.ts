import { ImportError } from '../../sim/base/errors.ts';
import type { ImportedWorkload, MscclOptions } from '../../sim/base/file-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { Notice } from '../workload.ts';
import { finishImport } from './finish-import.ts';
import { checkMessageCount, type ImportRequest, onlyFile } from './import-request.ts';
import { exceedsFifo, executeMsccl } from './msccl-execute.ts';
import { describeStep, type MscclProgram, placeOf, type Step, STEP_TYPES, type ThreadBlock } from './msccl-program.ts';
import { parseMscclXml } from './msccl-xml.ts';
import { Problems } from './problems.ts';

/** Data bytes of a slice of a chunk: four FIFO steps of 512 KiB, or one step (NCCL: 32 KiB of LL, 576,000 B of LL128). */
const SLICE_BYTES = { Simple: 2 ** 21, LL: 2 ** 15, LL128: 576_000 } as const;

/**
 * The Schedule of an MSCCL algorithm for a size: each thread block runs its steps in order, once a slice. How a step becomes operations:
 * docs/import.md.
 *
 * @throws ImportError for a malformed file, connections whose ends differ, circles, and a result that is not the collective's
 */
export function mscclWorkload(request: ImportRequest<MscclOptions>): ImportedWorkload {
  const file = onlyFile(request);
  const { program, notices } = parseMscclXml(file, request);
  const { sizeBytes, slices, tbRateBps } = request.options;
  if (sizeBytes % program.chunks !== 0) {
    throw new ImportError('E475', `${sizeBytes} bytes are no multiple of the ${program.chunks} chunks (nchunksperloop)`, {
      where: { file: file.name },
      hint: 'choose another workload.size',
    });
  }
  const problems = new Problems();
  const connections = matchConnections(program, problems);
  problems.throwIfAny();
  const execution = executeMsccl(program, problems);
  problems.throwIfAny();

  const chunkBytes = sizeBytes / program.chunks;
  const sliceBytes = slices ? Math.min(chunkBytes, SLICE_BYTES[program.protocol]) : chunkBytes;
  const passes = Math.ceil(chunkBytes / sliceBytes);
  const messages = connections.reduce((sum, { sends }) => sum + sends.length, 0);
  checkMessageCount(messages * passes, file.name, 'set msccl: { slices: false }, or choose a smaller size');
  const emitter = new Emitter(program, connections, tbRateBps);
  for (let pass = 0; pass < passes; pass++) emitter.pass(Math.min(sliceBytes, chunkBytes - pass * sliceBytes));
  const schedule = finishImport(emitter.builder.build(), file.name, (op) => `operation ${op}`);
  return { schedule, notices: [...notices, ...executionNotices(program, exceedsFifo(execution) ? execution.deepestFifo : 0)], facts: {} };
}

function executionNotices({ file, protocol, collective }: MscclProgram, deepFifo: number): Notice[] {
  const notices: Notice[] = [];
  const note = (text: string, level: Notice['level'] = 'note'): void => void notices.push({ level, text: `${file}: ${text}` });
  if (deepFifo > 0) note(`up to ${deepFifo} messages lie in one connection, the interpreter has 8 slots: its sends would wait`, 'warning');
  if (protocol !== 'Simple') note(`${protocol} sends flags among the data; only the data bytes are sent here`);
  if (collective === 'custom') note('a custom collective: its result is not checked');
  return notices;
}

const ONE_EACH = 'as many steps that send at one end as steps that receive at the other';

/** The steps on both ends of a connection, in order. */
interface Connection {
  readonly src: number;
  readonly dst: number;
  readonly channel: number;
  readonly sends: readonly Step[];
  readonly receives: readonly Step[];
}

/** The k-th send of a connection (source, destination, channel) is the k-th receive at its other end. */
function matchConnections({ file, gpus }: MscclProgram, problems: Problems): Connection[] {
  const blocks = gpus.flatMap((gpu) => gpu.blocks);
  const receivers = new Map(
    blocks.filter(({ recv }) => recv !== -1).map((block) => [`${block.recv} ${block.gpu} ${block.channel}`, block]),
  );
  const connections: Connection[] = [];
  const seen = new Set<ThreadBlock>();
  const name = (src: number, dst: number, channel: number): string => `connection gpu ${src} -> gpu ${dst} channel ${channel}`;
  for (const block of blocks) {
    if (block.send === -1) continue;
    const receiver = receivers.get(`${block.gpu} ${block.send} ${block.channel}`);
    if (receiver !== undefined) seen.add(receiver);
    const sends = block.steps.filter(({ type }) => STEP_TYPES[type].sends);
    const receives = receiver?.steps.filter(({ type }) => STEP_TYPES[type].receives) ?? [];
    const label = name(block.gpu, block.send, block.channel);
    if (sends.length !== receives.length) {
      problems.add('E472', `${label}: ${sends.length} sends and ${receives.length} receives`, placeOf(file, block), ONE_EACH);
      continue;
    }
    const differ = sends.findIndex(({ count }, k) => count !== receives[k]!.count);
    if (differ !== -1) {
      const step = sends[differ]!;
      const message = `${label}: ${describeStep(block, block.steps.indexOf(step))} sends ${step.count} chunks, ${describeStep(receiver!, receiver!.steps.indexOf(receives[differ]!))} receives ${receives[differ]!.count}`;
      problems.add('E472', message, placeOf(file, step), 'the k-th send of a connection is its k-th receive, with the same cnt');
    }
    connections.push({ src: block.gpu, dst: block.send, channel: block.channel, sends, receives });
  }
  for (const [, block] of receivers) {
    const lonely = block.steps.find(({ type }) => STEP_TYPES[type].receives);
    if (seen.has(block) || lonely === undefined) continue;
    problems.add('E472', `${name(block.recv, block.gpu, block.channel)}: receives, and nothing sends`, placeOf(file, block), ONE_EACH);
  }
  return connections;
}

/** A moment of an operation: a send step is over when its message is posted, any other when it has ended. */
interface Moment {
  readonly op: number;
  readonly on: 'start' | 'end';
}

/** Operations of a step: the first and the last of them may be the same. */
interface StepOps {
  readonly first: number;
  readonly done: Moment;
}

class Emitter {
  readonly builder: ScheduleBuilder;
  readonly #program: MscclProgram;
  readonly #connections: readonly Connection[];
  readonly #tbRateBps: number | null;
  readonly #phase: number;
  /** Of each block: where the pass before has ended. */
  readonly #previous = new Map<ThreadBlock, Moment>();

  constructor(program: MscclProgram, connections: readonly Connection[], tbRateBps: number | null) {
    this.builder = new ScheduleBuilder(program.gpus.length);
    this.#program = program;
    this.#connections = connections;
    this.#tbRateBps = tbRateBps;
    this.#phase = this.builder.phase('msccl');
  }

  /** Runs every step once on `bytes` of each chunk. */
  pass(bytes: number): void {
    const send = new Map<Step, number>();
    const receive = new Map<Step, number>();
    for (const { src, dst, channel, sends, receives } of this.#connections) {
      sends.forEach((step, k) => {
        const message = this.builder.message(src, dst, step.count * bytes, this.#phase, channel);
        send.set(step, message);
        receive.set(receives[k]!, message + 1);
      });
    }
    const ops = new Map<Step, StepOps>();
    const blocks = this.#program.gpus.flatMap((gpu) => gpu.blocks);
    for (const { gpu, steps } of blocks)
      for (const step of steps) ops.set(step, this.#operations(gpu, step, bytes, send.get(step), receive.get(step)));
    for (const block of blocks) {
      for (const step of block.steps) {
        const { first, done } = ops.get(step)!;
        const previous = this.#previous.get(block);
        if (previous !== undefined) this.builder.after(first, previous.op, previous.on);
        if (step.waitBlock !== -1) {
          const other = this.#program.gpus[block.gpu]!.blocks[step.waitBlock]!.steps[step.waitStep]!;
          const moment = ops.get(other)!.done;
          this.builder.after(first, moment.op, moment.on);
        }
        this.#previous.set(block, done);
      }
    }
  }

  /** receive, then the work of the thread block on the bytes, then send: whichever of these the step has. */
  #operations(gpu: number, step: Step, bytes: number, send: number | undefined, receive: number | undefined): StepOps {
    const { builder } = this;
    const workPs = this.#tbRateBps === null ? 0 : Math.round((step.count * bytes * 8e12) / this.#tbRateBps);
    const isLocal = send === undefined && receive === undefined;
    const work = workPs > 0 || isLocal ? builder.compute(gpu, workPs) : undefined;
    const chain = [receive, work, send].filter((op) => op !== undefined);
    for (let i = 1; i < chain.length; i++) builder.after(chain[i]!, chain[i - 1]!);
    return { first: chain[0]!, done: { op: chain.at(-1)!, on: send === undefined ? 'end' : 'start' } };
  }
}
