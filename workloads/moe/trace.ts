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
    const rows = trace.rows[layer]!;
    let next = 0;
    return (chosen) => {
      const row = rows.get(own[next++]!);
      if (row === undefined) chosen.fill(NO_EXPERT);
      else chosen.set(row);
    };
  };
  return { gates, notices: noticesOf(spec, trace, path, sparse, tokens) };
}

function dealTokens(
  { ranks, tokens, microbatches }: MoeSpec,
  trace: RoutingTrace,
  path: string,
): (pass: number, rank: number) => readonly number[] {
  if (trace.gpus === null) {
    const needed = microbatches * ranks * tokens;
    if (trace.tokens < needed) {
      refuse('tokens', `${path} has ${trace.tokens} tokens, ${needed} are needed`, 'fewer tokens, ranks or micro-batches');
    }
    return (pass, rank) => Array.from({ length: tokens }, (_, t) => (pass * ranks + rank) * tokens + t);
  }
  const ofGpu: number[][] = Array.from({ length: ranks }, () => []);
  trace.gpus.forEach((gpu, token) => {
    if (gpu >= ranks) refuse('ranks', `${path} names GPU ${gpu} among ${ranks} ranks`, 'as many ranks as the trace has GPUs');
    ofGpu[gpu]!.push(token);
  });
  ofGpu.forEach((own, gpu) => {
    const needed = microbatches * tokens;
    if (own.length < needed) {
      refuse('tokens', `${path} has ${own.length} tokens of GPU ${gpu}, ${needed} are needed`, 'fewer tokens or micro-batches');
    }
  });
  return (pass, rank) => ofGpu[rank]!.slice(pass * tokens, (pass + 1) * tokens);
}

function noticesOf({ layers, ranks, microbatches }: MoeSpec, trace: RoutingTrace, path: string, sparse: boolean, tokens: number): Notice[] {
  const used = trace.rows.slice(0, layers);
  const missing = used.reduce((sum, rows) => sum + trace.tokens - rows.size, 0);
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
