import { FlowChoice, type Echo, type FlowView } from './flow-choice.ts';
import { Walk } from './oblivious.ts';

const MOST = 15;

/** Section 6: `uec-bitmap` and `strack`. */
export class Penalties extends FlowChoice {
  readonly #penalty: number[];
  #walk: Walk | null = null;

  constructor(view: FlowView, entropies: number) {
    super(view);
    this.#penalty = new Array<number>(entropies).fill(0);
  }

  override hearAck({ entropy, marked }: Echo): void {
    if (marked) this.#punish(entropy, 1);
  }

  override hearNack(echo: Echo): void {
    if (echo.lastHop) this.hearAck(echo);
    else this.#punish(echo.entropy, 4);
  }

  override hearLoss(entropy: number): void {
    if (!this.view.has('losses-forgiven')) this.#punish(entropy, this.view.trims ? 15 : 4);
  }

  override hearTimeout(entropy: number | null): void {
    if (entropy !== null) this.#punish(entropy, 15);
  }

  next(): number {
    const entropies = this.#penalty.length;
    this.#walk ??= new Walk(this.view, entropies);
    const walk = this.#walk;
    let first = true;
    let skips = 0;
    while (this.#penalty[walk.current]! > 0) {
      if (first || this.view.has('every-skip-forgives')) this.#penalty[walk.current]!--;
      first = false;
      skips++;
      if (skips > entropies) break;
      walk.advance();
    }
    const entropy = walk.upper | walk.current;
    walk.advance();
    return entropy;
  }

  #punish(entropy: number, by: number): void {
    const x = entropy % this.#penalty.length;
    this.#penalty[x] = Math.min(MOST, this.#penalty[x]! + by);
  }
}

/** `uec-bitmap-1bit`. */
export class Bits extends FlowChoice {
  readonly #entropies: number;
  readonly #maxMarked: number;
  readonly #marked = new Set<number>();
  #walk: Walk | null = null;

  constructor(view: FlowView, entropies: number, maxMarked: number) {
    super(view);
    this.#entropies = entropies;
    this.#maxMarked = maxMarked;
  }

  override hearAck({ entropy, marked }: Echo): void {
    if (marked) this.#mark(entropy);
  }

  override hearNack({ entropy, lastHop, marked }: Echo): void {
    if (!lastHop || marked) this.#mark(entropy);
  }

  override hearLoss(entropy: number): void {
    this.#mark(entropy);
  }

  override hearTimeout(entropy: number | null): void {
    if (entropy !== null) this.#mark(entropy);
  }

  next(): number {
    this.#walk ??= new Walk(this.view, this.#entropies);
    const walk = this.#walk;
    const maySkip = this.#marked.size <= this.#maxMarked * this.#entropies;
    while (maySkip && this.#marked.delete(walk.current)) walk.advance();
    this.#marked.delete(walk.current);
    const entropy = walk.upper | walk.current;
    walk.advance();
    return entropy;
  }

  #mark(entropy: number): void {
    this.#marked.add(entropy % this.#entropies);
  }
}

/** `uec-mixed`. */
export class Mixed extends FlowChoice {
  readonly #bitmap: Penalties;
  readonly #free: number[] = [];

  constructor(view: FlowView, entropies: number) {
    super(view);
    this.#bitmap = new Penalties(view, entropies);
  }

  override hearAck(echo: Echo): void {
    if (!echo.marked) this.#free.push(echo.entropy);
    this.#bitmap.hearAck(echo);
  }

  override hearNack(echo: Echo): void {
    this.#bitmap.hearNack(echo);
  }

  override hearLoss(entropy: number): void {
    this.#bitmap.hearLoss(entropy);
  }

  override hearTimeout(entropy: number | null): void {
    this.#bitmap.hearTimeout(entropy);
  }

  next(): number {
    return this.#free.shift() ?? this.#bitmap.next();
  }
}
