/** Classical results on automatic repeat requests for packets that fail independently with probability `per`. */

/** Packets delivered a packet time; the answer to a packet comes `feedbackPackets` packet times after its end. */
export const stopAndWaitEfficiency = (per: number, feedbackPackets: number): number => (1 - per) / (1 + feedbackPackets);
export const goBackNEfficiency = (per: number, feedbackPackets: number): number => (1 - per) / (1 + per * feedbackPackets);
export const selectiveRepeatEfficiency = (per: number): number => 1 - per;

/** Mean attempts a packet, and probability that all fail. */
export const truncatedArq = (per: number, retransmissions: number): { readonly attempts: number; readonly residualLoss: number } => ({
  attempts: (1 - per ** (retransmissions + 1)) / (1 - per),
  residualLoss: per ** (retransmissions + 1),
});

/** Attempts that end within the deadline: attempt i ends at (i - 1) * cycle + transmission. */
export const attemptsByDeadline = (deadlineS: number, transmissionS: number, cycleS: number): number =>
  Math.floor((deadlineS - transmissionS) / cycleS) + 1;
