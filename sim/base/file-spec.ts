/** A traffic or trace file, already read: the simulator opens no files. */
export interface FileSpec {
  readonly kind: 'file';
  /** As written in the config; for messages only. */
  readonly path: string;
  readonly format: 'htsim' | 'chakra';
  /** One entry for `htsim`; one a rank, in rank order, for `chakra`. */
  readonly files: readonly InputFile[];
  readonly htsim: { readonly startUnit: 'us' | 'ps' | null };
  readonly chakra: {
    readonly durationUnit: 'us' | 'ns';
    readonly deps: 'both' | 'data';
    readonly missingDeps: 'error' | 'drop';
    readonly missingComm: 'error' | 'replay';
    readonly allReduce: 'ring' | 'direct' | 'halving-doubling';
    readonly allGather: 'ring' | 'direct' | 'recursive-doubling';
    readonly reduceScatter: 'ring' | 'direct' | 'recursive-halving';
  };
  /** Of the fabric; a file may use fewer. */
  readonly ranks: number;
}

export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}
