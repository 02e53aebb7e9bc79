import { ConfigError } from '../../sim/base/errors.ts';
import type { MoeSpec, RoutingTrace, TraceRouting } from '../../sim/base/moe-spec.ts';
import type { Notice } from '../workload.ts';
import { NO_EXPERT } from './choices.ts';
import type { SourceGates } from './source-gates.ts';

/**
 * Recorded routing: the tokens of a file, dealt to the ranks of the job in the order in which they first appear, `tokens` to rank 0, the
 * next to rank 1, and so on, and then to the next micro-batch; or by its `gpu` column.
 *
 * @throws ConfigError when it has too few tokens or layers, or another number of experts a token
 */
export function traceGates(spec: MoeSpec, { path, trace, sparse }: TraceRouting): { gates: SourceGates; notices: readonly Notice[] } {
  const { layers, topk, tokens } = spec;
  if (trace.layers.length < layers) refuse('layers', `${path} has ${trace.layers.length} layers`, `at most ${trace.layers.length}`);
  const other = trace.k.slice(0, layers).find((k) => k !== topk);
  if (other !== undefined) refuse('topk', `${path} has ${other} experts a token`, `write topk: ${other}`);
  const tokensOf = dealTokens(spec, trace, path);
  const gates: SourceGates = ({ pass, layer, rank }) => {
    const own = tokensOf(pass, rank);
    const { tokens: named, experts } = trace.rows[layer]!;
    let next = 0;
    return (chosen) => {
      const row = rowOf(named, own(next++));
      if (row < 0) chosen.fill(NO_EXPERT);
      else chosen.set(experts.subarray(row * topk, (row + 1) * topk));
    };
  };
  return { gates, notices: noticesOf(spec, trace, path, sparse, tokens) };
}

/** The row of a token among those of ascending tokens; -1: it has none. */
function rowOf(tokens: Int32Array, token: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tokens[middle]! < token) low = middle + 1;
    else high = middle;
  }
  return tokens[low] === token ? low : -1;
}

/** The i-th token of a rank in a pass. */
function dealTokens(
  { ranks, tokens, microbatches }: MoeSpec,
  trace: RoutingTrace,
  path: string,
): (pass: number, rank: number) => (i: number) => number {
  if (trace.gpus === null) {
    const needed = microbatches * ranks * tokens;
    if (trace.tokens < needed) {
      refuse('tokens', `${path} has ${trace.tokens} tokens, ${needed} are needed`, 'fewer tokens, ranks or micro-batches');
    }
    return (pass, rank) => (i) => (pass * ranks + rank) * tokens + i;
  }
  const needed = microbatches * tokens;
  const counts = new Int32Array(ranks);
  for (const gpu of trace.gpus) {
    if (gpu >= ranks) refuse('ranks', `${path} names GPU ${gpu} among ${ranks} ranks`, 'as many ranks as the trace has GPUs');
    counts[gpu]!++;
  }
  const short = counts.findIndex((count) => count < needed);
  if (short >= 0) {
    refuse('tokens', `${path} has ${counts[short]} tokens of GPU ${short}, ${needed} are needed`, 'fewer tokens or micro-batches');
  }
  counts.fill(0);
  const ofGpu = new Int32Array(ranks * needed);
  trace.gpus.forEach((gpu, token) => {
    const i = counts[gpu]!++;
    if (i < needed) ofGpu[gpu * needed + i] = token;
  });
  return (pass, rank) => (i) => ofGpu[rank * needed + pass * tokens + i]!;
}

function noticesOf({ layers, ranks, microbatches }: MoeSpec, trace: RoutingTrace, path: string, sparse: boolean, tokens: number): Notice[] {
  const used = trace.rows.slice(0, layers);
  const missing = used.reduce((sum, rows) => sum + trace.tokens - rows.tokens.length, 0);
  const spare = trace.tokens - microbatches * ranks * tokens;
  return [
    ...(missing === 0 || sparse
      ? []
      : [
          {
            level: 'warning' as const,
            text: `${path}: ${missing} (token, layer) pairs are missing; those tokens use no expert there (routing.sparse)`,
          },
        ]),
    ...(spare === 0 ? [] : [{ level: 'note' as const, text: `${path}: ${spare} of ${trace.tokens} tokens are not used` }]),
    ...(trace.layers.length === layers
      ? []
      : [{ level: 'note' as const, text: `${path}: ${trace.layers.length - layers} of ${trace.layers.length} layers are not used` }]),
  ];
}

function refuse(key: string, message: string, hint: string): never {
  throw new ConfigError('E147', message, { where: { path: `workload.${key}` }, hint });
}
