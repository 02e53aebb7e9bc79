import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { blockBytes } from '../collectives/blocks.ts';
import type { Block } from './blocks.ts';
import type { Direction } from './compute-times.ts';
import { copiesPerPair, groupTokens, keyValueBytes } from './layer-costs.ts';
import type { Layout } from './layout.ts';
import type { Exchange, StageStreams } from './streams.ts';

/** Bytes of a value in the exchanges of the backward pass of expert layers: BF16. */
const BACKWARD_BYTES = 2;

/** Everything that a pass of a block sends but its parameters and gradients. */
export class BlockPasses {
  readonly #spec: TrainingSpec;
  readonly #layout: Layout;
  readonly #areTensorGroupsInServers: boolean;

  constructor(spec: TrainingSpec, layout: Layout) {
    this.#spec = spec;
    this.#layout = layout;
    this.#areTensorGroupsInServers = layout.isWithinServers(layout.tensor, spec.ranksPerServer);
  }

  /** @param name of the pass, for phases */
  add(streams: StageStreams, block: Block, direction: Direction, name: string): void {
    const times = block.times[direction];
    const forward = [
      () => this.#sliced(streams, block, `${name} attention`, () => this.#attention(streams, block, direction, name)),
      () => (block.hasDense ? this.#sliced(streams, block, `${name} feed-forward`, () => streams.compute(times.ffn)) : undefined),
      () => (block.hasExperts ? this.#experts(streams, block, direction, name) : undefined),
    ];
    for (const step of direction === 'forward' ? forward : forward.reverse()) step();
  }

  /**
   * Matrices that are divided among the ranks of a tensor group: their results are added up, or, with sequence parallelism, each rank's
   * part of the sequence is gathered before and the results are added up and scattered after (Korthikanti et al., MLSys 2023).
   */
  #sliced(streams: StageStreams, block: Block, name: string, compute: () => void): void {
    const { parallel, precision, model, algorithms } = this.#spec;
    const exchange = (kind: Exchange['kind'], suffix: string): void =>
      streams.exchange({
        group: 'tp',
        lanes: this.#layout.tensor,
        kind,
        algorithm: algorithms.tensor,
        sizeBytes: Math.round(block.layers * groupTokens(this.#spec) * model.hidden * precision.activationBytes),
        // Within servers nothing is balanced, so its messages need no phases of their own.
        name: this.#areTensorGroupsInServers ? 'tp in servers' : `tp ${name}${suffix}`,
      });
    if (parallel.sequenceParallel) exchange('all-gather', ' gather');
    compute();
    exchange(parallel.sequenceParallel ? 'reduce-scatter' : 'all-reduce', '');
  }

  #attention(streams: StageStreams, block: Block, direction: Direction, name: string): void {
    const { parallel, contextExchange, algorithms } = this.#spec;
    const { projections, scores } = block.times[direction];
    const isForward = direction === 'forward';
    const { context } = parallel;
    if (context === 1) {
      streams.compute(projections + scores);
      return;
    }
    const bytes = block.layers * keyValueBytes(this.#spec);
    const lanes = this.#layout.context;
    if (isForward) streams.compute(projections);
    if (contextExchange === 'ring') {
      const partsPs = Array.from({ length: context }, (_, i) => blockBytes(i, 1, scores, context));
      streams.ring('cp', lanes, partsPs, bytes, isForward ? 0 : bytes, `cp ${name}`);
    } else {
      const exchange = { group: 'cp', lanes, algorithm: algorithms.data, sizeBytes: context * bytes } as const;
      streams.exchange({ ...exchange, kind: 'all-gather', name: `cp ${name} gather` });
      streams.compute(scores);
      if (!isForward) streams.exchange({ ...exchange, kind: 'reduce-scatter', name: `cp ${name} scatter` });
    }
    if (!isForward) streams.compute(projections);
  }

  /** Gate, dispatch, experts, combine; backward the gradients of each of them the other way round. */
  #experts(streams: StageStreams, block: Block, direction: Direction, name: string): void {
    const { precision, model } = this.#spec;
    const { gate, experts } = block.times[direction];
    const backwardBytes = BACKWARD_BYTES * model.hidden;
    if (direction === 'forward') {
      streams.compute(gate);
      this.#tokens(streams, block, precision.dispatchBytesPerToken, `${name} dispatch`);
      streams.compute(experts);
      this.#tokens(streams, block, precision.combineBytesPerToken, `${name} combine`);
    } else {
      this.#tokens(streams, block, backwardBytes, `${name} gradient of combine`);
      streams.compute(experts);
      this.#tokens(streams, block, backwardBytes, `${name} gradient of dispatch`);
      streams.compute(gate);
    }
  }

  #tokens(streams: StageStreams, block: Block, bytesPerToken: number, name: string): void {
    const { parallel, algorithms } = this.#spec;
    streams.exchange({
      group: 'ep',
      lanes: this.#layout.expert,
      kind: 'all-to-all',
      algorithm: algorithms.expert,
      sizeBytes: parallel.expert * Math.round(block.layers * copiesPerPair(this.#spec) * bytesPerToken),
      name: `ep ${name}`,
    });
  }
}
