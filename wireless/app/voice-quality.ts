/** The E-model for voice, reduced to delay and loss (Cole and Rosenbluth, "Voice over IP performance monitoring", 2001). */
export type Codec = 'G.711' | 'G.729';

/** Rating from one-way delay and total loss, packets that come too late included. */
export function ratingFactor(codec: Codec, delayMs: number, loss: number): number {
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const equipment = codec === 'G.711' ? 30 * Math.log(1 + 15 * loss) : 11 + 40 * Math.log(1 + 10 * loss);
  return 94.2 - delay - equipment;
}

/** Mean opinion score of a rating. */
export function meanOpinionScore(rating: number): number {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating);
}
