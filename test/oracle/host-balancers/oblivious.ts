import { FlowChoice, type FlowView } from './flow-choice.ts';

/** `spray-counter`: section 3. */
export class Counter extends FlowChoice {
  #counter: number | null = null;

  next(): number {
    const entropy = this.#counter ?? this.view.draws.draw16();
    this.#counter = (entropy + 1) % 65_536;
    return entropy;
  }
}

/** The order in which `spray-uec` and the bitmaps go through the entropies of a flow. */
export class Walk {
  readonly upper: number;
  readonly #view: FlowView;
  readonly #entropies: number;
  #mask: number;
  #i = 0;

  constructor(view: FlowView, entropies: number) {
    this.#view = view;
    this.#entropies = entropies;
    const draw = view.draws.draw16();
    this.upper = draw - (draw % entropies);
    this.#mask = view.draws.below(entropies);
  }

  get current(): number {
    return this.#i ^ this.#mask;
  }

  advance(): void {
    this.#i++;
    if (this.#i < this.#entropies) return;
    this.#i = 0;
    if (!this.#view.has('one-mask')) this.#mask = this.#view.draws.below(this.#entropies);
  }
}

/** `spray-uec`. */
export class UecSpray extends FlowChoice {
  readonly #entropies: number;
  #walk: Walk | null = null;

  constructor(view: FlowView, entropies: number) {
    super(view);
    this.#entropies = entropies;
  }

  next(): number {
    this.#walk ??= new Walk(this.view, this.#entropies);
    const entropy = this.#walk.current;
    this.#walk.advance();
    return this.#walk.upper | entropy;
  }
}
