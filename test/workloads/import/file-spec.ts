import { NetsimError } from '../../../sim/base/errors.ts';
import type { FileSpec, InputFile } from '../../../sim/base/file-spec.ts';

export const CHAKRA_DEFAULTS: FileSpec['chakra'] = {
  durationUnit: 'us',
  deps: 'both',
  missingDeps: 'error',
  missingComm: 'error',
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};

export function fileSpec(format: FileSpec['format'], files: readonly InputFile[], ranks: number, more: Partial<FileSpec> = {}): FileSpec {
  return { kind: 'file', path: 'traffic', format, files, htsim: { startUnit: null }, chakra: CHAKRA_DEFAULTS, ranks, ...more };
}

export const textFile = (name: string, text: string): InputFile => ({ name, bytes: new TextEncoder().encode(text) });

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
