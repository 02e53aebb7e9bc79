import { NetsimError } from '../../../sim/base/errors.ts';
import type {
  ChakraOptions,
  FileOptions,
  FileSpec,
  GoalOptions,
  HtsimOptions,
  InputFile,
  MscclOptions,
  SimaiOptions,
} from '../../../sim/base/file-spec.ts';
import { fileOf } from '../../../sim/base/file-spec.ts';
import { importWorkload } from '../../../workloads/import/import-workload.ts';

export const CHAKRA_DEFAULTS: ChakraOptions = {
  format: 'chakra',
  durationUnit: 'us',
  deps: 'both',
  missingDeps: 'error',
  missingComm: 'error',
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};
export const HTSIM_DEFAULTS: HtsimOptions = { format: 'htsim', startUnit: null };
export const GOAL_DEFAULTS: GoalOptions = { format: 'goal', timeUnit: 'ns' };
export const MSCCL_DEFAULTS: MscclOptions = { format: 'msccl-xml', sizeBytes: 2 ** 20, slices: true, tbRateBps: null };
export const SIMAI_DEFAULTS: SimaiOptions = {
  format: 'simai',
  allGpus: null,
  layerCount: 'error',
  broadcast: false,
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};
export const HPCC_DEFAULTS: FileOptions = { format: 'hpcc' };

/** A file workload as a config makes it. */
export function fileSpec(options: FileOptions, files: readonly InputFile[], ranks: number): FileSpec {
  return {
    kind: 'file',
    path: 'traffic',
    options,
    ranks,
    digests: [],
    imported: importWorkload({ path: 'traffic', files, options, ranks }),
  };
}

export const textFile = (name: string, text: string): InputFile => fileOf(name, new TextEncoder().encode(text));

/** All bytes of a file. */
export const bytesOf = (file: InputFile): Uint8Array => new Uint8Array(Buffer.concat([...file.chunks()]));

/** The same file in pieces of so many bytes. */
export const inPieces = (file: InputFile, length: number): InputFile => ({
  name: file.name,
  *chunks() {
    const bytes = bytesOf(file);
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  },
});

/** What a person would read; fails when nothing is thrown, or something that is no error of netsim. */
export function refusalOf(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    if (error instanceof NetsimError) return `${error.name} ${error.describe()}`;
    throw error;
  }
  throw new Error('nothing was refused');
}
