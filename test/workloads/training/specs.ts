import type { OperationTimes } from '../../../sim/base/measures.ts';
import { RECV, type Schedule, SEND } from '../../../sim/base/schedule.ts';
import type { ModelShape, ParallelSpec, TrainingSpec } from '../../../sim/base/training-spec.ts';

/** A model of round numbers, without a vocabulary. */
export const smallModel: ModelShape = {
  layers: 4,
  hidden: 64,
  heads: 8,
  kvHeads: 8,
  headDim: 8,
  ffn: 256,
  gated: false,
  vocab: 0,
  sequence: 512,
  moe: null,
  latent: null,
};

export const alone: ParallelSpec = {
  tensor: 1,
  pipeline: 1,
  context: 1,
  expert: 1,
  zero: 0,
  sequenceParallel: false,
  interleave: 1,
  order: ['tensor', 'context', 'data', 'pipeline'],
};

export const FORWARD = 300_000_000;
export const BACKWARD = 500_000_000;

type Changes = Partial<Omit<TrainingSpec, 'model' | 'parallel' | 'batch'>> & {
  readonly model?: Partial<ModelShape>;
  readonly parallel?: Partial<ParallelSpec>;
  readonly batch?: Partial<TrainingSpec['batch']>;
};

/** Layers of FORWARD and BACKWARD, everything in one bucket of two-byte values. */
export const specOf = ({ model, parallel, batch, ...changes }: Changes & { readonly ranks: number }): TrainingSpec => ({
  kind: 'training',
  model: { ...smallModel, ...model },
  batch: { global: 1, micro: 1, ...batch },
  parallel: { ...alone, ...parallel },
  compute: { kind: 'times', forwardPs: FORWARD, backwardPs: BACKWARD },
  precision: {
    weightBytes: 2,
    activationBytes: 2,
    gradientBytes: 2,
    dispatchBytesPerToken: 2 * (model?.hidden ?? smallModel.hidden),
    combineBytesPerToken: 2 * (model?.hidden ?? smallModel.hidden),
  },
  bucketBytes: 1e12,
  overlap: true,
  mergeLayers: 1,
  contextExchange: 'ring',
  algorithms: { tensor: 'ring', data: 'ring', expert: 'direct' },
  ranksPerServer: 1,
  ...changes,
});

/** Times of a Schedule where every message takes `messagePs`, alone or not, and its sender knows at once. */
export function idealTimes(schedule: Schedule, messagePs: (bytes: number) => number): { times: OperationTimes; completionPs: number } {
  const { ops, kind, match, depOffset, depOp, depOnStart } = schedule;
  const startPs = new Float64Array(ops).fill(NaN);
  const endPs = new Float64Array(ops).fill(NaN);
  const missing = new Int32Array(ops);
  const dependents: number[][] = Array.from({ length: ops }, () => []);
  for (let op = 0; op < ops; op++) {
    const causes = new Set(depOp.subarray(depOffset[op]!, depOffset[op + 1]!));
    if (kind[op] === RECV) causes.add(match[op]!);
    for (const cause of causes) dependents[cause]!.push(op);
    missing[op] = causes.size;
  }
  const ready: number[] = [];
  for (let op = 0; op < ops; op++) if (missing[op] === 0) ready.push(op);
  for (let op = ready.pop(); op !== undefined; op = ready.pop()) {
    let start = 0;
    for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
      start = Math.max(start, depOnStart[edge] === 1 ? startPs[depOp[edge]!]! : endPs[depOp[edge]!]!);
    }
    startPs[op] = start;
    if (kind[op] === RECV) endPs[op] = Math.max(start, endPs[match[op]!]!);
    else endPs[op] = start + (kind[op] === SEND ? messagePs(schedule.bytes[op]!) : schedule.durationPs[op]!);
    for (const dependent of dependents[op]!) if (--missing[dependent]! === 0) ready.push(dependent);
  }
  return { times: { startPs, endPs }, completionPs: endPs.reduce((last, ps) => Math.max(last, ps), 0) };
}

/** Bytes that each group sends, by the first word of its phases. */
export function bytesByGroup(schedule: Schedule): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== SEND) continue;
    const [group] = schedule.phaseNames[schedule.phase[op]!]!.split(' ');
    sums[group!] = (sums[group!] ?? 0) + schedule.bytes[op]!;
  }
  return sums;
}
