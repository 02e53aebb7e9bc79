import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { BlockPasses } from './block-passes.ts';
import { type Block, partBlocks } from './blocks.ts';
import { ComputeTimes } from './compute-times.ts';
import { groupTokens } from './layer-costs.ts';
import { type Layout, microBatches } from './layout.ts';
import { ParameterSync } from './parameter-sync.ts';
import { type PipelineTask, pipelineOrder } from './pipeline-order.ts';
import { Phases, StageStreams, type Stream } from './streams.ts';

/** A block that a stage passes. */
interface Pass extends PipelineTask {
  readonly block: number;
  /** The first and the last one of its task. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Writes one iteration into a Schedule, stage by stage. */
export class Iteration {
  /** Of every rank. */
  readonly streams: Stream[];
  readonly #spec: TrainingSpec;
  readonly #layout: Layout;
  readonly #builder: ScheduleBuilder;
  readonly #phases: Phases;
  readonly #blockPasses: BlockPasses;
  readonly #times: ComputeTimes;
  /** Blocks of each part of the model. */
  readonly #parts: readonly (readonly Block[])[];
  /** Sends between neighbouring parts by direction, micro-batch and sending part; one each lane. */
  readonly #boundaries = new Map<string, readonly number[]>();

  constructor(spec: TrainingSpec, layout: Layout, builder: ScheduleBuilder) {
    this.#spec = spec;
    this.#layout = layout;
    this.#builder = builder;
    this.#phases = new Phases(builder);
    this.#blockPasses = new BlockPasses(spec, layout);
    this.#times = new ComputeTimes(spec);
    this.streams = Array.from({ length: spec.ranks }, () => ({ ops: [], codes: [] }));
    const { pipeline, interleave } = spec.parallel;
    this.#parts = Array.from({ length: pipeline * interleave }, (_, part) => partBlocks(spec, part));
    this.#addBoundaries();
    for (let stage = 0; stage < pipeline; stage++) this.#addStage(stage);
  }

  /** Every message between parts: to the next one in the forward direction, to the one before in the backward direction. */
  #addBoundaries(): void {
    const { parallel, precision, model } = this.#spec;
    const { pipeline, tensor, sequenceParallel } = parallel;
    const bytes = Math.round((groupTokens(this.#spec) * model.hidden * precision.activationBytes) / (sequenceParallel ? tensor : 1));
    const last = this.#parts.length - 1;
    for (let microBatch = 0; microBatch < microBatches(this.#spec); microBatch++) {
      for (let part = 0; part <= last; part++) {
        for (const direction of ['forward', 'backward'] as const) {
          const to = direction === 'forward' ? part + 1 : part - 1;
          if (to < 0 || to > last) continue;
          const phase = this.#phases.of(`pp ${direction} micro-batch ${microBatch} chunk ${Math.floor(part / pipeline)}`);
          const receivers = this.#layout.ranks[to % pipeline]!;
          const sends = this.#layout.ranks[part % pipeline]!.map((rank, lane) =>
            this.#builder.message(rank, receivers[lane]!, bytes, phase),
          );
          this.#boundaries.set(`${direction} ${microBatch} ${part}`, sends);
        }
      }
    }
  }

  #addStage(stage: number): void {
    const { pipeline, interleave, zero } = this.#spec.parallel;
    const { overlap } = this.#spec;
    const ranks = this.#layout.ranks[stage]!;
    const streams = new StageStreams(this.#builder, this.#phases, ranks);
    const chunks = Array.from({ length: interleave }, (_, chunk) => this.#parts[chunk * pipeline + stage]!);
    const sync = new ParameterSync(this.#spec, this.#layout, streams, chunks);
    const count = microBatches(this.#spec);
    const passes = pipelineOrder(stage, pipeline, interleave, count).flatMap((task) => passesOf(task, chunks[task.chunk]!.length));

    sync.begin();
    let gathered = zero === 3 && overlap ? sync.gatherBlock(passes[0]!.chunk, passes[0]!.block, passName(passes[0]!), null) : [];
    passes.forEach((pass, i) => {
      const { direction, microBatch, chunk, block } = pass;
      const part = chunk * pipeline + stage;
      if (pass.isFirst) this.#receive(streams, pass, part);
      if (direction === 'forward' && microBatch === 0) sync.awaitParameters(chunk, block);
      for (const exits of gathered) streams.wait(exits, 'dp');
      const next = passes[i + 1];
      if (zero === 3 && !overlap) sync.gatherBlockHere(chunk, block, passName(pass));
      else if (zero === 3 && next !== undefined) {
        streams.onNextCompute((computes) => (gathered = sync.gatherBlock(next.chunk, next.block, passName(next), computes)));
      }
      this.#addPass(streams, pass, chunks[chunk]![block]!, part);
      if (direction === 'backward' && (zero >= 2 || microBatch === count - 1)) {
        const name = `chunk ${chunk} micro-batch ${microBatch}`;
        if (overlap) sync.startGradients(chunk, block, name);
        else if (pass.isLast && zero >= 2) sync.syncGradients(chunk, name);
      }
      if (pass.isLast) this.#send(streams, pass, part);
    });
    if (!overlap && zero < 2) {
      for (let chunk = interleave - 1; chunk >= 0; chunk--) sync.syncGradients(chunk, `chunk ${chunk} micro-batch ${count - 1}`);
    }
    sync.end();
    ranks.forEach((rank, lane) => (this.streams[rank] = streams.streams[lane]!));
  }

  #receive(streams: StageStreams, { direction, microBatch }: Pass, part: number): void {
    const from = direction === 'forward' ? part - 1 : part + 1;
    const sends = this.#boundaries.get(`${direction} ${microBatch} ${from}`) ?? [];
    streams.wait(
      sends.map((send) => send + 1),
      'pp',
    );
  }

  #send(streams: StageStreams, { direction, microBatch }: Pass, part: number): void {
    streams.send(this.#boundaries.get(`${direction} ${microBatch} ${part}`) ?? []);
  }

  /** One block of one micro-batch; the output layer goes with the last block of the model. */
  #addPass(streams: StageStreams, pass: Pass, block: Block, part: number): void {
    const { direction } = pass;
    const isAtOutput = part === this.#parts.length - 1 && (direction === 'forward' ? pass.isLast : pass.isFirst);
    const outputPs = isAtOutput ? this.#times.output(direction) : 0;
    if (outputPs > 0 && direction === 'backward') streams.compute(outputPs);
    this.#blockPasses.add(streams, block, direction, passName(pass));
    if (outputPs > 0 && direction === 'forward') streams.compute(outputPs);
  }
}

function passesOf(task: PipelineTask, blocks: number): Pass[] {
  return Array.from({ length: blocks }, (_, i) => ({
    ...task,
    block: task.direction === 'forward' ? i : blocks - 1 - i,
    isFirst: i === 0,
    isLast: i === blocks - 1,
  }));
}

const passName = ({ direction, microBatch, chunk, block }: Pass): string =>
  `${direction} micro-batch ${microBatch} chunk ${chunk} block ${block}`;
