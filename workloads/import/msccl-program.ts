import type { ErrorPlace } from '../../sim/base/errors.ts';

export const COLLECTIVES = ['allreduce', 'allgather', 'reduce', 'broadcast', 'alltoall', 'reduce_scatter', 'custom'] as const;
export const PROTOCOLS = ['Simple', 'LL', 'LL128'] as const;

/** An MSCCL algorithm: a program for each GPU. */
export interface MscclProgram {
  readonly file: string;
  readonly name: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  /** Chunks of the larger of the input and the output buffer of a GPU. */
  readonly chunks: number;
  readonly collective: (typeof COLLECTIVES)[number];
  readonly inPlace: boolean;
  /** In the order of their ids, 0..n-1. */
  readonly gpus: readonly Gpu[];
}

export interface Gpu {
  readonly id: number;
  /** Chunks of each buffer. */
  readonly size: Readonly<Record<Buffer, number>>;
  readonly blocks: readonly ThreadBlock[];
}

/** i: input, o: output, s: scratch. */
export type Buffer = 'i' | 'o' | 's';

/** A sequential worker of a GPU. */
export interface ThreadBlock {
  readonly gpu: number;
  readonly id: number;
  /** The GPU it sends to, or -1. */
  readonly send: number;
  /** The GPU it receives from, or -1. */
  readonly recv: number;
  readonly channel: number;
  readonly steps: readonly Step[];
  readonly line: number;
}

export interface Step {
  readonly type: StepType;
  readonly src: Slot;
  readonly dst: Slot;
  /** Chunks. */
  readonly count: number;
  /** Index (in `blocks`) of the thread block it waits for, or -1, and its step. */
  readonly waitBlock: number;
  readonly waitStep: number;
  readonly line: number;
}

/** The first chunk of a buffer that a step reads or writes. */
export interface Slot {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** What a step of each type does; `reads`: it needs `src`. `re` reads `dst` too. */
export const STEP_TYPES = {
  s: { receives: false, sends: true, reads: true, writes: false, reduces: false },
  r: { receives: true, sends: false, reads: false, writes: true, reduces: false },
  rcs: { receives: true, sends: true, reads: false, writes: true, reduces: false },
  rrs: { receives: true, sends: true, reads: true, writes: false, reduces: true },
  rrc: { receives: true, sends: false, reads: true, writes: true, reduces: true },
  rrcs: { receives: true, sends: true, reads: true, writes: true, reduces: true },
  cpy: { receives: false, sends: false, reads: true, writes: true, reduces: false },
  re: { receives: false, sends: false, reads: true, writes: true, reduces: true },
  nop: { receives: false, sends: false, reads: false, writes: false, reduces: false },
} as const;
export type StepType = keyof typeof STEP_TYPES;

export const isStepType = (word: string): word is StepType => Object.hasOwn(STEP_TYPES, word);

/** `gpu 3 tb 1 step 4`. */
export const describeStep = (block: ThreadBlock, step: number): string => `gpu ${block.gpu} tb ${block.id} step ${step}`;

export const placeOf = (file: string, { line }: { readonly line: number }): ErrorPlace => ({ file, line, column: 1 });

/**
 * Where a chunk of a buffer lies. In place, input and output are one memory: for allgather input chunk x of GPU r is output chunk
 * r n/p + x (n chunks, p GPUs), for reduce_scatter the other way round, else they have the same number.
 *
 * @returns the memory (`o` for both where they are one) and the chunk in it
 */
export function locate({ inPlace, collective, chunks, gpus }: MscclProgram, gpu: number, buffer: Buffer, chunk: number): Slot {
  if (!inPlace || buffer === 's') return { buffer, offset: chunk };
  const isShard = (collective === 'allgather' && buffer === 'i') || (collective === 'reduce_scatter' && buffer === 'o');
  return { buffer: 'o', offset: isShard ? (gpu * chunks) / gpus.length + chunk : chunk };
}
