import type { FileSpec, InputFile } from '../../sim/base/file-spec.ts';
import type { WorkloadConfig } from './schema/workload.ts';

/** The files of a workload with the options of its importer. */
export function fileSpec(workload: Extract<WorkloadConfig, { kind: 'file' }>, ranks: number, files: readonly InputFile[]): FileSpec {
  const { kind, path, format } = workload;
  return {
    kind,
    path,
    format,
    files,
    htsim: { startUnit: (format === 'htsim' ? workload.htsim.startUnit : undefined) ?? null },
    chakra: format === 'chakra' ? workload.chakra : CHAKRA_DEFAULTS,
    ranks,
  };
}

const CHAKRA_DEFAULTS: FileSpec['chakra'] = {
  durationUnit: 'us',
  deps: 'both',
  missingDeps: 'error',
  missingComm: 'error',
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};
