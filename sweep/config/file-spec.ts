import type { FileOptions, FileSpec, InputFile } from '../../sim/base/file-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { importFiles } from './file-imports.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { JsonBlock } from './tree.ts';

export type FileConfig = Extract<WorkloadConfig, { kind: 'file' }>;

/** A workload of files, imported with its options. @throws ImportError */
export function fileSpec(workload: FileConfig, ranks: number, files: readonly InputFile[]): FileSpec {
  const { digests, imported } = importFiles(workload.path, files, fileOptions(workload), ranks);
  return { kind: workload.kind, path: workload.path, options: fileOptions(workload), ranks, digests, imported };
}

/** The options of a workload's importer. */
export function fileOptions(workload: FileConfig): FileOptions {
  switch (workload.format) {
    case 'htsim':
      return { format: workload.format, startUnit: workload.htsim.startUnit ?? null };
    case 'chakra':
      return { format: workload.format, ...workload.chakra };
    case 'goal':
      return { format: workload.format, ...workload.goal };
    case 'msccl-xml': {
      const { slices, tbRate } = workload.msccl;
      return { format: workload.format, sizeBytes: workload.size, slices, tbRateBps: tbRate === 'unlimited' ? null : tbRate };
    }
    case 'simai': {
      const { allGpus, ...words } = workload.simai;
      return { format: workload.format, allGpus: allGpus ?? null, ...words };
    }
    case 'hpcc':
      return { format: workload.format };
  }
}

/** The keys of an importer's options, as a config writes them. */
export function fileOptionsBlock(options: FileOptions): JsonBlock {
  switch (options.format) {
    case 'htsim':
      return { htsim: options.startUnit === null ? {} : { startUnit: options.startUnit } };
    case 'chakra': {
      const { format, ...chakra } = options;
      return { [format]: chakra };
    }
    case 'goal':
      return { goal: { timeUnit: options.timeUnit } };
    case 'msccl-xml': {
      const { sizeBytes, slices, tbRateBps } = options;
      const tbRate = tbRateBps === null ? 'unlimited' : formatQuantity(tbRateBps, 'rate');
      return { size: formatQuantity(sizeBytes, 'bytes'), msccl: { slices, tbRate } };
    }
    case 'simai': {
      const { format, allGpus, ...words } = options;
      return { [format]: { ...(allGpus === null ? {} : { allGpus }), ...words } };
    }
    case 'hpcc':
      return {};
  }
}
