import type { StartSpec } from '../../sim/base/job-spec.ts';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import type { FileSpec, InputFile, MoeSpec, WorkloadSpec } from '../../sim/base/scenario.ts';
import type { WorkloadConfig } from './schema/workload.ts';

/**
 * The workload of a valid config as the simulator takes it.
 *
 * @param ranks how many take part
 * @param files its files, in rank order; empty for workloads without
 */
export function workloadSpec(workload: WorkloadConfig, ranks: number, files: readonly InputFile[]): WorkloadSpec {
  switch (workload.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
      return { kind: workload.kind, algorithm: workload.algorithm, sizeBytes: workload.size, ranks };
    case 'permutation':
      return { kind: workload.kind, pattern: workload.pattern, sizeBytes: workload.size, ranks };
    case 'incast':
      return { kind: workload.kind, senders: workload.senders, receiver: workload.receiver, sizeBytes: workload.size, ranks };
    case 'flows': {
      const flows = workload.flows.map(({ src, dst, size, start }) => ({ src, dst, sizeBytes: size, startPs: start }));
      return { kind: workload.kind, flows, ranks };
    }
    case 'moe':
      return moeSpec(workload, ranks);
    case 'file':
      return fileSpec(workload, ranks, files);
  }
}

/** Bytes of a token copy: reference formulas of DeepEP's low-latency test (fp8 and logfmt10 carry one 4-byte scale for 128 values). */
function moeSpec(workload: Extract<WorkloadConfig, { kind: 'moe' }>, ranks: number): MoeSpec {
  const { kind, layers, tokens, hidden, experts, topk, phase, dispatch, combine, routing, placement, scheme } = workload;
  const formats = { fp8: hidden + (hidden / 128) * 4 + 16, bf16: 2 * hidden, logfmt10: (hidden * 10) / 8 + (hidden / 128) * 4 };
  const tokenBytes = (format: number | keyof typeof formats): number => (typeof format === 'number' ? format : formats[format]);
  return {
    kind,
    layers,
    tokens,
    experts,
    topk,
    phase,
    dispatchBytesPerToken: tokenBytes(dispatch),
    combineBytesPerToken: tokenBytes(combine),
    backwardBytesPerToken: formats.bf16,
    routing,
    placement,
    scheme,
    ranks,
  };
}

function fileSpec(workload: Extract<WorkloadConfig, { kind: 'file' }>, ranks: number, files: readonly InputFile[]): FileSpec {
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

/** The keys of a workload or a job that say when its ranks begin. */
type LateConfig = Pick<WorkloadConfig, 'start' | 'startJitter' | 'stragglers'>;

export function startSpec({ start = 0, startJitter = 0, stragglers }: LateConfig): StartSpec {
  if (start === 0 && startJitter === 0 && stragglers === undefined) return AT_ONCE;
  const late =
    stragglers === undefined ? null : { fraction: stragglers.fraction, delayPs: stragglers.delay ?? 0, slowdown: stragglers.slowdown ?? 1 };
  return { startPs: start, startJitterPs: startJitter, stragglers: late };
}
