import type { NsccSpec } from '../base/transport-spec.ts';

/** The fabric as NSCC knows it. */
export interface NsccNetwork {
  /** T: unloaded round-trip time of a full packet on the longest path. */
  readonly baseRttPs: number;
  readonly lineRateBps: number;
  readonly fullBytes: number;
  readonly payloadBytes: number;
  /** Switches trim what does not fit. */
  readonly trims: boolean;
}

/** The network constants of NSCC (UEC 1.0, as in uet-htsim), computed once from the base round-trip time and the rate of the hosts. */
export interface NsccConstants {
  readonly bdpBytes: number;
  /** a: the network's BDP over that of the specification's reference network. */
  readonly scale: number;
  /** Q: target queueing delay. */
  readonly targetDelayPs: number;
  /** alpha: bytes a picosecond of delay below the target, for each byte acknowledged over the window. */
  readonly proportionalBytesPerPs: number;
  readonly fairIncreaseBytes: number;
  readonly etaBytes: number;
  /** fiScale: bytes of window for each byte acknowledged, when the queue has been empty for a window. */
  readonly fastIncrease: number;
  readonly adjustSizeBytes: number;
  readonly adjustTimePs: number;
  readonly quickAdaptDelayPs: number;
  /** Of a flow whose base round-trip time is T. */
  readonly maxWindowBytes: number;
  readonly quickAdaptGateBytes: number;
  readonly minWindowBytes: number;
}

/** @returns every constant of `spec` that follows from the network, in the units of its name */
export function nsccConstants(spec: NsccSpec, { baseRttPs, lineRateBps, fullBytes, payloadBytes, trims }: NsccNetwork): NsccConstants {
  const bdpBytes = (baseRttPs * lineRateBps) / 8e12;
  const scale = bdpBytes / spec.referenceBdpBytes;
  const targetDelayPs = spec.targetDelayPs ?? (trims ? 0.75 * baseRttPs : baseRttPs);
  const maxWindowBytes = spec.maxWindowBytes ?? 1.5 * bdpBytes;
  return {
    bdpBytes,
    scale,
    targetDelayPs,
    proportionalBytesPerPs: (spec.proportional * payloadBytes * scale) / spec.referenceRttPs,
    fairIncreaseBytes: spec.fairIncrease * payloadBytes * scale,
    etaBytes: spec.eta * payloadBytes * scale,
    fastIncrease: spec.fastIncrease * scale,
    adjustSizeBytes: spec.adjustSizeBytes ?? 8 * fullBytes,
    adjustTimePs: spec.adjustTimePs ?? baseRttPs,
    quickAdaptDelayPs: spec.quickAdaptDelayPs ?? 4 * targetDelayPs,
    maxWindowBytes,
    quickAdaptGateBytes: maxWindowBytes / 2 ** spec.quickAdaptGate,
    minWindowBytes: spec.minWindowBytes ?? fullBytes,
  };
}
