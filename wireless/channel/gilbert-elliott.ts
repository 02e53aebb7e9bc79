/** A two-state loss channel (Gilbert 1960, Elliott 1963): good and bad, each losing packets with a probability of its own. */
export interface GilbertElliott {
  /** P(good -> bad) and P(bad -> good), a packet. */
  readonly goodToBad: number;
  readonly badToGood: number;
  /** P(a packet arrives) in each state. */
  readonly goodSuccess: number;
  readonly badSuccess: number;
}
