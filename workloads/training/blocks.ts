import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { ComputeTimes, type Direction, type LayerTimes } from './compute-times.ts';
import { isExpertLayer, layerParameters } from './layer-costs.ts';

/** Consecutive layers of one kind in one model chunk, simulated as one. */
export interface Block {
  readonly layers: number;
  readonly hasExperts: boolean;
  /** A dense feed-forward layer, or shared experts. */
  readonly hasDense: boolean;
  readonly times: Readonly<Record<Direction, LayerTimes>>;
  /** On each rank, of embedding and output layer too where the block is the first or last of the model. */
  readonly denseParameters: number;
  readonly expertParameters: number;
}

/** The part of the model between two pipeline boundaries: chunk c of stage s is the (c x stages + s)-th part. */
export function partBlocks(spec: TrainingSpec, part: number): Block[] {
  const { model, parallel, mergeLayers } = spec;
  const parts = parallel.pipeline * parallel.interleave;
  const perPart = model.layers / parts;
  const times = new ComputeTimes(spec);
  const vocabulary = Math.ceil(model.vocab / parallel.tensor) * model.hidden;
  const blocks: Block[] = [];
  const end = (part + 1) * perPart;
  for (let first = part * perPart; first < end;) {
    let next = first + 1;
    while (next < end && next - first < mergeLayers && isExpertLayer(model, next) === isExpertLayer(model, first)) next++;
    const layers = next - first;
    const { sliced, whole, experts } = layerParameters(model, first);
    const isFirst = part === 0 && blocks.length === 0;
    const isLast = part === parts - 1 && next === end;
    blocks.push({
      layers,
      hasExperts: isExpertLayer(model, first),
      hasDense: !isExpertLayer(model, first) || model.moe!.sharedExperts > 0,
      times: { forward: times.layers(first, layers, 'forward'), backward: times.layers(first, layers, 'backward') },
      denseParameters: layers * (Math.ceil(sliced / parallel.tensor) + whole) + (isFirst ? vocabulary : 0) + (isLast ? vocabulary : 0),
      expertParameters: (layers * experts) / parallel.expert,
    });
    first = next;
  }
  return blocks;
}
