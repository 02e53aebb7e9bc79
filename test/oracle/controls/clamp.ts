/** docs/model-congestion.md, section 1. */
export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
