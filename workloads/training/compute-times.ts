import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { GPUS } from './gpus.ts';
import { type LayerWork, layerWork, outputWork, type Work } from './layer-costs.ts';

export type Direction = 'forward' | 'backward';

/** Durations of the stretches of one layer or block of layers. */
export type LayerTimes = { readonly [K in keyof LayerWork]: number };

/** Gradients of the input and of the weights: two products of matrices for each of the forward pass (Narayanan et al., SC'21, appendix). */
const BACKWARD = 2;

const STRETCHES = ['projections', 'scores', 'ffn', 'gate', 'experts'] as const;

/** How long a rank computes. */
export class ComputeTimes {
  readonly #spec: TrainingSpec;

  constructor(spec: TrainingSpec) {
    this.#spec = spec;
  }

  /**
   * Of `count` layers like `layer`. By a roofline (Williams, Waterman and Patterson, CACM 2009) each stretch takes what its operations
   * take at the GPU's peak times `utilisation`, or its bytes at the memory's bandwidth, whichever is longer. A given time is cut into
   * stretches in proportion to their operations.
   */
  layers(layer: number, count: number, direction: Direction): LayerTimes {
    const { compute } = this.#spec;
    const work = layerWork(this.#spec, layer);
    if (compute.kind === 'gpu') return timesOf((stretch) => this.#roofline(work[stretch], count, direction));
    const wholePs = count * (direction === 'forward' ? compute.forwardPs : compute.backwardPs);
    const flops = STRETCHES.reduce((sum, stretch) => sum + work[stretch].flops, 0);
    let donePs = 0;
    let doneFlops = 0;
    return timesOf((stretch) => {
      doneFlops += work[stretch].flops;
      const startPs = donePs;
      donePs = doneFlops === flops ? wholePs : Math.round((wholePs * doneFlops) / flops);
      return donePs - startPs;
    });
  }

  /** Of the output layer; none where layers have given times. */
  output(direction: Direction): number {
    return this.#spec.compute.kind === 'times' || this.#spec.model.vocab === 0 ? 0 : this.#roofline(outputWork(this.#spec), 1, direction);
  }

  #roofline({ flops, bytes }: Work, count: number, direction: Direction): number {
    const { compute } = this.#spec;
    if (compute.kind === 'times' || flops === 0) return 0;
    const { peakFlops, memoryBytesPerSecond } = GPUS[compute.gpu];
    const passes = count * (direction === 'forward' ? 1 : BACKWARD);
    return Math.max(1, Math.round(passes * 1e12 * Math.max(flops / (peakFlops * compute.utilisation), bytes / memoryBytesPerSecond)));
  }
}

function timesOf(timeOf: (stretch: keyof LayerWork) => number): LayerTimes {
  const [projections, scores, ffn, gate, experts] = STRETCHES.map(timeOf) as [number, number, number, number, number];
  return { projections, scores, ffn, gate, experts };
}
