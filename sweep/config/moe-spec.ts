import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import type { WorkloadConfig } from './schema/workload.ts';

/** Bytes of a token copy: reference formulas of DeepEP's low-latency test (fp8 and logfmt10 carry one 4-byte scale for 128 values). */
export function moeSpec(workload: Extract<WorkloadConfig, { kind: 'moe' }>, ranks: number): MoeSpec {
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
