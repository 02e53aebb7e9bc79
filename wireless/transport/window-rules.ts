/** What tells the window schemes apart: what a loss does to the threshold, and how the window grows beyond it. Windows in packets. */
export interface WindowRule {
  /** A packet was acknowledged. */
  onAck(ackedPackets: number, rttS: number, leastRttS: number, nowS: number): void;
  /** Slow-start threshold after a loss. */
  thresholdAfterLoss(inFlight: number, window: number, rttS: number, leastRttS: number): number;
  /** Growth for one acknowledged packet in congestion avoidance. */
  growth(window: number, rttS: number, leastRttS: number): number;
}

const LEAST_WINDOW = 2;

/** TCP Reno (RFC 5681). */
export class Reno implements WindowRule {
  onAck(): void {}

  thresholdAfterLoss(inFlight: number): number {
    return Math.max(LEAST_WINDOW, inFlight / 2);
  }

  growth(window: number): number {
    return 1 / window;
  }
}

/** Packets in queues from which on a loss counts as congestion. */
const VENO_BACKLOG = 3;

/** TCP Veno (Fu and Liew, IEEE JSAC 21(2), 2003): a loss with little backlog is taken as random and cuts less. */
export class Veno implements WindowRule {
  #isSkipped = false;

  onAck(): void {}

  thresholdAfterLoss(inFlight: number, window: number, rttS: number, leastRttS: number): number {
    return Math.max(LEAST_WINDOW, (backlog(window, rttS, leastRttS) < VENO_BACKLOG ? 0.8 : 0.5) * inFlight);
  }

  /** With a backlog, one packet every other round trip. */
  growth(window: number, rttS: number, leastRttS: number): number {
    if (backlog(window, rttS, leastRttS) < VENO_BACKLOG) return 1 / window;
    this.#isSkipped = !this.#isSkipped;
    return this.#isSkipped ? 0 : 1 / window;
  }
}

const backlog = (window: number, rttS: number, leastRttS: number): number => window * (1 - leastRttS / rttS);

/** TCP Westwood+ (Grieco and Mascolo, ACM CCR 34(2), 2004): after a loss the window is what the estimated bandwidth fills. */
export class Westwood implements WindowRule {
  #acked = 0;
  #sinceS = NaN;
  #sample = 0;
  #bandwidth = 0;

  onAck(ackedPackets: number, rttS: number, _leastRttS: number, nowS: number): void {
    this.#acked += ackedPackets;
    if (Number.isNaN(this.#sinceS)) this.#sinceS = nowS;
    const elapsedS = nowS - this.#sinceS;
    if (elapsedS < rttS) return;
    const sample = this.#acked / elapsedS;
    this.#bandwidth = 0.9 * this.#bandwidth + (0.1 * (sample + this.#sample)) / 2;
    this.#sample = sample;
    this.#acked = 0;
    this.#sinceS = nowS;
  }

  thresholdAfterLoss(_inFlight: number, _window: number, _rttS: number, leastRttS: number): number {
    return Math.max(LEAST_WINDOW, this.#bandwidth * leastRttS);
  }

  growth(window: number): number {
    return 1 / window;
  }
}
