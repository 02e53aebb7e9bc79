import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import type { Block } from './blocks.ts';
import type { Layout } from './layout.ts';
import type { Exchange, StageStreams } from './streams.ts';

type Kind = 'dense' | 'experts';
const KINDS: readonly Kind[] = ['dense', 'experts'];

/** A bucket of a chunk. Blocks are counted in the order in which its bytes are laid out. */
interface Bucket {
  readonly kind: Kind;
  /** The block that its first byte belongs to. */
  readonly firstBlock: number;
  /** The block that its last byte belongs to. */
  readonly lastBlock: number;
  readonly bytes: number;
}

/** Cuts a row of parts (bytes of each block) into buckets of `bucketBytes`; the last one is the rest. */
function bucketsOf(kind: Kind, blockBytes: readonly number[], bucketBytes: number): Bucket[] {
  const total = blockBytes.reduce((sum, bytes) => sum + bytes, 0);
  const buckets: Bucket[] = [];
  let block = 0;
  let blockEnd = blockBytes[0] ?? 0;
  for (let start = 0; start < total; start += bucketBytes) {
    while (blockEnd <= start) blockEnd += blockBytes[++block]!;
    const firstBlock = block;
    const end = Math.min(start + bucketBytes, total);
    while (blockEnd < end) blockEnd += blockBytes[++block]!;
    buckets.push({ kind, firstBlock, lastBlock: block, bytes: end - start });
  }
  return buckets;
}

const parametersOf = (block: Block, kind: Kind): number => (kind === 'dense' ? block.denseParameters : block.expertParameters);

/**
 * Exchanges gradients and parameters of one stage among its replicas (docs/training.md, "Replicas"). Dense parameters and experts have a
 * group, a queue and buckets of their own.
 */
export class ParameterSync {
  readonly #spec: TrainingSpec;
  readonly #layout: Layout;
  readonly #streams: StageStreams;
  readonly #chunks: readonly (readonly Block[])[];
  /** Exits of the gathers of parameters that each (chunk, block) waits for, ZeRO 1 and 2 with overlap. */
  readonly #gathered = new Map<string, (readonly number[])[]>();

  constructor(spec: TrainingSpec, layout: Layout, streams: StageStreams, chunks: readonly (readonly Block[])[]) {
    this.#spec = spec;
    this.#layout = layout;
    this.#streams = streams;
    this.#chunks = chunks;
  }

  /** Before the iteration: a sharded optimizer (ZeRO 1, 2) gathers what it has updated, in the order of the forward pass. */
  begin(): void {
    const { overlap, parallel } = this.#spec;
    const { zero } = parallel;
    if (!overlap || (zero !== 1 && zero !== 2)) return;
    this.#eachParameterBucket((exchange, chunk, { firstBlock, lastBlock, kind }) => {
      const exits = this.#streams.exchangeBeside(kind, exchange, null);
      for (let block = firstBlock; block <= lastBlock; block++) {
        const key = `${chunk} ${block}`;
        this.#gathered.set(key, [...(this.#gathered.get(key) ?? []), exits]);
      }
    });
  }

  /** Before a block is passed in the forward direction for the first time. */
  awaitParameters(chunk: number, block: number): void {
    for (const exits of this.#gathered.get(`${chunk} ${block}`) ?? []) this.#streams.wait(exits, 'dp');
  }

  /**
   * ZeRO 3 gathers a block before each pass, while the one before is computed.
   *
   * @param started computes with whose start the gather may begin; null: it begins at once
   * @returns what the pass waits for
   */
  gatherBlock(chunk: number, block: number, name: string, started: readonly number[] | null): (readonly number[])[] {
    return KINDS.map((kind) => this.#streams.exchangeBeside(kind, this.#blockGather(kind, chunk, block, name), null, started));
  }

  /** The same without overlap: when the stream has come to the block. */
  gatherBlockHere(chunk: number, block: number, name: string): void {
    for (const kind of KINDS) this.#streams.exchange(this.#blockGather(kind, chunk, block, name));
  }

  /** After the backward pass of a block: the buckets that are full with it. */
  startGradients(chunk: number, block: number, name: string): void {
    const position = this.#chunks[chunk]!.length - 1 - block;
    const computed = this.#streams.lastComputes;
    this.#eachGradientBucket(chunk, name, (exchange, { lastBlock, kind }) => {
      if (lastBlock === position) this.#streams.exchangeBeside(kind, exchange, computed);
    });
  }

  /** Without overlap: all gradients of a chunk, one bucket after the other. */
  syncGradients(chunk: number, name: string): void {
    this.#eachGradientBucket(chunk, name, (exchange) => this.#streams.exchange(exchange));
  }

  /** After the last pass: the stream waits for what is under way; without overlap a sharded optimizer gathers here. */
  end(): void {
    const { overlap, parallel } = this.#spec;
    const { zero } = parallel;
    if (overlap) for (const kind of KINDS) this.#streams.wait(this.#streams.lastOf(kind), 'dp');
    else if (zero === 1 || zero === 2) this.#eachParameterBucket((exchange) => this.#streams.exchange(exchange));
  }

  #blockGather(kind: Kind, chunk: number, block: number, name: string): Exchange {
    const bytes = parametersOf(this.#chunks[chunk]![block]!, kind) * this.#spec.precision.weightBytes;
    return this.#exchange(kind, 'all-gather', bytes, `parameters ${name}`);
  }

  #eachGradientBucket(chunk: number, name: string, visit: (exchange: Exchange, bucket: Bucket) => void): void {
    const { parallel, precision, bucketBytes } = this.#spec;
    const collective = parallel.zero === 0 ? 'all-reduce' : 'reduce-scatter';
    const backwards = [...this.#chunks[chunk]!].reverse();
    for (const kind of KINDS) {
      const bytes = backwards.map((block) => parametersOf(block, kind) * precision.gradientBytes);
      bucketsOf(kind, bytes, bucketBytes).forEach((bucket, i) => {
        visit(this.#exchange(kind, collective, bucket.bytes, `gradients ${name} bucket ${i}`), bucket);
      });
    }
  }

  #eachParameterBucket(visit: (exchange: Exchange, chunk: number, bucket: Bucket) => void): void {
    const { precision, bucketBytes } = this.#spec;
    this.#chunks.forEach((blocks, chunk) => {
      for (const kind of KINDS) {
        const bytes = blocks.map((block) => parametersOf(block, kind) * precision.weightBytes);
        bucketsOf(kind, bytes, bucketBytes).forEach((bucket, i) => {
          visit(this.#exchange(kind, 'all-gather', bucket.bytes, `parameters chunk ${chunk} bucket ${i}`), chunk, bucket);
        });
      }
    });
  }

  #exchange(kind: Kind, collective: Exchange['kind'], sizeBytes: number, name: string): Exchange {
    const lanes = kind === 'dense' ? this.#layout.data : this.#layout.expertData;
    return { group: 'dp', lanes, kind: collective, algorithm: this.#spec.algorithms.data, sizeBytes, name: `dp ${kind} ${name}` };
  }
}
