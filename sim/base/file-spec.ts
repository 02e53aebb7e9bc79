import type { COLLECTIVE_ALGORITHMS } from './collective-spec.ts';
import type { Schedule } from './schedule.ts';

/**
 * A file to read in pieces: a large one never lies in memory as a whole. `chunks` starts again at each call; the pieces may have any
 * length. Bytes in memory are one piece (`fileOf`); a program in a browser may cut a Blob with FileReaderSync in a worker.
 */
export interface InputFile {
  /** As a person knows it; for messages only. */
  readonly name: string;
  chunks(): Iterable<Uint8Array>;
}

/** Bytes in memory as an input file. */
export const fileOf = (name: string, bytes: Uint8Array): InputFile => ({ name, chunks: () => [bytes] });

/** What an importer makes of one or more files: plain data. */
export interface ImportedWorkload {
  readonly schedule: Schedule;
  readonly notices: readonly { readonly level: 'warning' | 'note'; readonly text: string }[];
  /** Numbers worth reporting next to any result. */
  readonly facts: Readonly<Record<string, number>>;
  /** CPU of its rank that an operation uses, where the format has several; only cost models with CPUs read it. */
  readonly cpuOfOp?: Uint8Array;
}

/** A traffic or trace file, imported: the simulator opens no files. */
export interface FileSpec {
  readonly kind: 'file';
  /** As written in the config; for messages only. */
  readonly path: string;
  readonly options: FileOptions;
  /** Of the fabric; a file may use fewer. */
  readonly ranks: number;
  /** SHA-256 of each file, in hexadecimal digits: what a run depends on beside the options. */
  readonly digests: readonly string[];
  readonly imported: ImportedWorkload;
}

/** The importer of a format with its options (docs/import.md). */
export type FileOptions = HtsimOptions | ChakraOptions | GoalOptions | MscclOptions | SimaiOptions | HpccOptions;

export interface HtsimOptions {
  readonly format: 'htsim';
  /** null: not given; required as soon as a start is not 0. */
  readonly startUnit: 'us' | 'ps' | null;
}

/** How the collectives of a trace run; the others have one way each (docs/import.md). */
export interface CollectiveChoice {
  readonly allReduce: (typeof COLLECTIVE_ALGORITHMS)['all-reduce'][number];
  readonly allGather: (typeof COLLECTIVE_ALGORITHMS)['all-gather'][number];
  readonly reduceScatter: (typeof COLLECTIVE_ALGORITHMS)['reduce-scatter'][number];
}

export interface ChakraOptions extends CollectiveChoice {
  readonly format: 'chakra';
  readonly durationUnit: 'us' | 'ns';
  readonly deps: 'both' | 'data';
  readonly missingDeps: 'error' | 'drop';
  readonly missingComm: 'error' | 'replay';
}

export interface GoalOptions {
  readonly format: 'goal';
  /** Of a calc. */
  readonly timeUnit: 'ps' | 'ns' | 'us';
}

export interface MscclOptions {
  readonly format: 'msccl-xml';
  /** nccl-tests meaning: the larger of the input and the output buffer of a rank. */
  readonly sizeBytes: number;
  /** Run the list of steps once for each slice of a chunk, as the interpreter does; else once for whole chunks. */
  readonly slices: boolean;
  /** At which a thread block moves bytes; null: without limit. */
  readonly tbRateBps: number | null;
}

export interface SimaiOptions extends CollectiveChoice {
  readonly format: 'simai';
  /** null: the header says it. */
  readonly allGpus: number | null;
  readonly layerCount: 'error' | 'rows';
  readonly broadcast: boolean;
}

export interface HpccOptions {
  readonly format: 'hpcc';
}
