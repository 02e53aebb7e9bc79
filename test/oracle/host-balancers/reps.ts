import { FlowChoice, type Echo, type FlowView } from './flow-choice.ts';

const PLACES = 8;

/** Section 5: the ring of entropies of `reps` and `reps-htsim`. */
abstract class Ring extends FlowChoice {
  protected frozen = false;
  protected exitAtPs = 0;
  protected explore = 0;
  readonly #freezePs: number;
  readonly #entropies: number;
  #buffer = Array.from({ length: PLACES }, () => ({ entropy: 0, valid: false }));
  #head = 0;
  #written = 0;
  #pointer = 0;

  constructor(view: FlowView, entropies: number, freezePs: number) {
    super(view);
    this.#entropies = entropies;
    this.#freezePs = freezePs;
  }

  protected random(): number {
    return this.view.draws.below(this.#entropies);
  }

  protected recycle(): number {
    if (this.frozen) {
      if (this.#written === 0) return this.random();
      const entry = this.#buffer[this.#pointer]!;
      entry.valid = false;
      this.#pointer = (this.#pointer + 1) % this.#written;
      return entry.entropy;
    }
    const fromHead = Array.from({ length: PLACES }, (_, i) => this.#buffer[(this.#head + i) % PLACES]!);
    const valid = fromHead.filter((entry) => entry.valid);
    const entry = valid.at(this.view.has('latest-entropy-first') ? -1 : 0);
    if (entry === undefined) return this.random();
    entry.valid = false;
    return entry.entropy;
  }

  protected store(entropy: number): void {
    this.#buffer[this.#head] = { entropy, valid: true };
    this.#head = (this.#head + 1) % PLACES;
    this.#written = Math.min(PLACES, this.#written + 1);
  }

  protected clear(): void {
    this.#buffer = this.#buffer.map(() => ({ entropy: 0, valid: false }));
    this.#head = 0;
    this.#written = 0;
    this.#pointer = 0;
  }

  protected fail(timePs: number): void {
    if (this.frozen || this.explore > 0) return;
    this.frozen = true;
    this.exitAtPs = timePs + this.#freezePs;
  }
}

export class Reps extends Ring {
  #sent = 0;
  #recentPs = 0;

  next(): number {
    this.#sent++;
    if (this.#sent <= this.view.bdpPackets) return this.random();
    if (this.explore > 0) {
      this.explore--;
      if (this.explore % PLACES === 0) return this.random();
    }
    return this.recycle();
  }

  override hearAck({ timePs, entropy, marked, rttPs }: Echo): void {
    if (rttPs !== null) this.#recentPs = Math.max(rttPs, 0.875 * this.#recentPs);
    if (this.frozen && timePs > this.exitAtPs) {
      this.frozen = false;
      this.explore = this.view.bdpPackets;
    }
    if (!marked || this.view.has('marked-entropies-recycled')) this.store(entropy);
  }

  override hearLoss(_entropy: number, timePs: number): void {
    if (this.view.trims) this.fail(timePs);
  }

  override hearTimeout(_entropy: number | null, timePs: number): void {
    if (this.view.trims || this.#recentPs <= 2 * this.view.baseRttPs) this.fail(timePs);
  }
}

export class RepsHtsim extends Ring {
  next(): number {
    if (this.explore === 0) return this.recycle();
    this.explore--;
    return this.random();
  }

  override hearAck({ timePs, entropy, marked }: Echo): void {
    this.#thaw(timePs);
    if (!marked) this.store(entropy);
  }

  override hearNack({ timePs }: Echo): void {
    this.#thaw(timePs);
  }

  override hearLoss(_entropy: number, timePs: number): void {
    this.#thaw(timePs);
  }

  override hearTimeout(_entropy: number | null, timePs: number): void {
    this.#thaw(timePs);
    if (this.view.trims) this.fail(timePs);
  }

  #thaw(timePs: number): void {
    if (!this.frozen || timePs <= this.exitAtPs) return;
    this.frozen = false;
    this.clear();
    this.explore = 16;
  }
}

export class RepsLegacy extends FlowChoice {
  readonly #entropies: number;
  readonly #free: number[] = [];
  #sent = 0;

  constructor(view: FlowView, entropies: number) {
    super(view);
    this.#entropies = entropies;
  }

  override hearAck({ entropy, marked }: Echo): void {
    if (!marked) this.#free.push(entropy);
  }

  next(): number {
    const k = this.#sent++;
    if (k < Math.min(this.view.windowPackets(), this.#entropies)) return (k + 1) % this.#entropies;
    return this.#free.shift() ?? this.view.draws.below(this.#entropies);
  }
}

/** `reps-ethereal-v2`. */
export class RepsOneAtATime extends FlowChoice {
  readonly #entropies: number;
  readonly #good: number[] = [];
  #nextEntropy = 0;
  #triedAll = false;
  #sentBytes = 0;

  constructor(view: FlowView, entropies: number) {
    super(view);
    this.#entropies = entropies;
  }

  next({ wireBytes }: { readonly wireBytes: number }): number {
    const isTrying = this.#sentBytes < this.view.bdpBytes && !this.#triedAll;
    this.#sentBytes += wireBytes;
    if (!isTrying && this.#good.length > 0) return this.#good[0]!;
    const entropy = this.#nextEntropy;
    this.#nextEntropy = (entropy + 1) % this.#entropies;
    if (this.#nextEntropy === 0) this.#triedAll = true;
    return entropy;
  }

  override hearAck({ entropy, marked }: Echo): void {
    if (marked) this.#good.shift();
    else if (!this.#good.includes(entropy)) this.#good.push(entropy);
  }

  override hearTimeout(): void {
    this.#good.shift();
  }
}
