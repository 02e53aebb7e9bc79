import type { MoeComputeSpec, MoeSpec } from '../../sim/base/moe-spec.ts';
import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { type Added, addWave, type Gates } from './exchanges.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router, Wave } from './layer-plan.ts';

/** An exchange of the Schedule, for measures and facts. */
export interface Recorded extends Added {
  readonly shape: 'dispatch' | 'combine';
  readonly carries: 'tokens' | 'gradients' | 'counts';
}

type Plans = readonly (readonly ChunkPlan[])[];
type Exchanged = 'dispatch' | 'combine' | 'gradientOfCombine' | 'gradientOfDispatch';

/**
 * Joins the layers of all passes to a Schedule (docs/moe.md, Order): exchanges and computes of each rank, one compute of a rank at a time.
 */
export class Timeline {
  readonly recorded: Recorded[] = [];
  readonly #spec: MoeSpec;
  readonly #builder: ScheduleBuilder;
  readonly #groups: readonly ExpertGroup[];
  readonly #router: Router;
  readonly #compute: MoeComputeSpec | null;
  /** The last compute of each rank. */
  readonly #busy: number[];
  /** When each rank enters the next layer of each pass. */
  readonly #gates: Gates[];
  /** When each rank entered each layer, by pass. */
  readonly #entered: Gates[][];
  readonly #plans: Plans[][];

  constructor(spec: MoeSpec, builder: ScheduleBuilder, groups: readonly ExpertGroup[], router: Router) {
    this.#spec = spec;
    this.#builder = builder;
    this.#groups = groups;
    this.#router = router;
    this.#compute = spec.compute;
    const start: Gates = Array.from({ length: builder.ranks }, () => NOTHING);
    this.#busy = [...start];
    this.#gates = Array.from({ length: router.passes }, () => start);
    this.#entered = Array.from({ length: router.passes }, () => []);
    this.#plans = Array.from({ length: router.passes }, () => []);
  }

  add(): void {
    const { passes, isSerial } = this.#router;
    const { layers, phase } = this.#spec;
    const all = Array.from({ length: passes }, (_, pass) => pass);
    const forward = Array.from({ length: layers }, (_, layer) => layer);
    for (const batch of isSerial ? all.map((pass) => [pass]) : [all]) {
      for (const pass of batch) this.#begin(pass);
      for (const layer of forward) this.#forward(batch, layer);
    }
    if (phase === 'forward') return;
    if (isSerial) this.#gates.fill(this.#gates.at(-1)!);
    for (const batch of isSerial ? all.toReversed().map((pass) => [pass]) : [all]) {
      for (const layer of forward.toReversed()) this.#backward(batch, layer);
      if (isSerial) this.#gates.fill(this.#gates[batch[0]!]!);
    }
  }

  #begin(pass: number): void {
    if (this.#router.isSerial && pass > 0) this.#gates[pass] = this.#gates[pass - 1]!;
    const loadPs = this.#router.loadBeforePs?.(pass) ?? null;
    if (loadPs !== null) this.#gates[pass] = this.#last(this.#gates[pass]!, (rank) => loadPs[rank]!);
  }

  #forward(passes: readonly number[], layer: number): void {
    const { lookahead } = this.#router;
    const arrivals = passes.map((pass) => {
      this.#entered[pass]!.push(this.#gates[pass]!);
      const plans = this.#router.plan(pass, layer);
      this.#plans[pass]!.push(plans);
      const gates = this.#work(this.#gates[pass]!, () => this.#compute?.attentionPs ?? 0);
      const known = lookahead === 0 ? gates : this.#entered[pass]![Math.max(0, layer - lookahead + 1)]!;
      const counted = this.#spec.counts ? this.#counts(pass, layer, known, gates) : gates;
      const arrived = this.#chunks(plans, 'dispatch', { pass, layer, gates: counted });
      return { pass, plans, known, arrived };
    });
    for (const { pass, plans, known, arrived } of arrivals) {
      const ready = arrived.map((gates, chunk) => {
        const loaded = this.#load(plans, chunk, lookahead === 0 ? gates : known, gates);
        return this.#work(loaded, this.#expertTime(plans, chunk, 1));
      });
      this.#gates[pass] = this.#chunks(plans, 'combine', { pass, layer, ready }).at(-1)!;
    }
  }

  #backward(passes: readonly number[], layer: number): void {
    const arrivals = passes.map((pass) => {
      const plans = this.#plans[pass]![layer]!;
      return { pass, plans, arrived: this.#chunks(plans, 'gradientOfCombine', { pass, layer, gates: this.#gates[pass]! }) };
    });
    for (const { pass, plans, arrived } of arrivals) {
      const ready = arrived.map((gates, chunk) => this.#work(gates, this.#expertTime(plans, chunk, 2)));
      const left = this.#chunks(plans, 'gradientOfDispatch', { pass, layer, ready }).at(-1)!;
      this.#gates[pass] = this.#work(left, () => 2 * (this.#compute?.attentionPs ?? 0));
    }
  }

  /**
   * The exchanges of all chunks, each after the one before and, where it is given, when its own tokens are ready.
   *
   * @returns when each rank has left each of them
   */
  #chunks(
    plans: Plans,
    what: Exchanged,
    { pass, layer, gates, ready }: { pass: number; layer: number; gates?: Gates; ready?: readonly Gates[] },
  ): Gates[] {
    const left: Gates[] = [];
    for (let chunk = 0; chunk < plans[0]!.length; chunk++) {
      const before = left.at(-1) ?? gates;
      let entry = ready === undefined ? before! : before === undefined ? ready[chunk]! : this.#both(before, ready[chunk]!);
      const waves = plans.map((group) => group[chunk]![what]);
      waves[0]!.forEach((_, w) => {
        const wave = waves.map((group) => group[w]!);
        entry = this.#exchange(wave, this.#label(pass, layer, plans[0]!.length > 1 ? chunk : null), entry, what);
      });
      left.push(entry);
    }
    return left;
  }

  #exchange(wave: readonly Wave[], label: (name: string) => string, gates: Gates, what: Exchanged): Gates {
    const launched = this.#last(gates, () => this.#compute?.launchPs ?? 0);
    const added = addWave({ builder: this.#builder, groups: this.#groups, scheme: this.#spec.scheme }, wave, label, launched);
    const shape = what === 'dispatch' || what === 'gradientOfCombine' ? 'dispatch' : 'combine';
    this.recorded.push({ ...added, shape, carries: what === 'dispatch' || what === 'combine' ? 'tokens' : 'gradients' });
    return added.gates;
  }

  /** 4 bytes an expert of the destination, to every other member. */
  #counts(pass: number, layer: number, known: Gates, gates: Gates): Gates {
    const wave = this.#groups.map(({ size }): Wave => {
      const traffic = { copies: new Int32Array(size * size).fill(1), toServer: new Int32Array(0) };
      const slots = this.#spec.replication?.physical ?? this.#spec.experts;
      return [{ name: 'counts', direction: 'to-experts', traffic, bytesPerCopy: 4 * Math.ceil(slots / size) }];
    });
    const fabric = { builder: this.#builder, groups: this.#groups, scheme: 'per-expert' as const };
    const added = addWave(fabric, wave, this.#label(pass, layer, null), known);
    this.recorded.push({ ...added, shape: 'dispatch', carries: 'counts' });
    return this.#both(gates, added.gates);
  }

  #label(pass: number, layer: number, chunk: number | null): (name: string) => string {
    const { passes } = this.#router;
    const place = `moe layer ${layer}${passes > 1 ? ` pass ${pass}` : ''}${chunk === null ? '' : ` chunk ${chunk}`}`;
    return (name) => `${place} ${name}`;
  }

  /** Time that the experts of each rank take for a chunk. */
  #expertTime(plans: Plans, chunk: number, times: number): (rank: number) => number {
    if (this.#compute === null) return () => 0;
    const { expert } = this.#compute;
    const perTokenPs = 'perTokenPs' in expert ? expert.perTokenPs : this.#flopsPerToken() / (expert.tflops * expert.efficiency);
    const time = new Float64Array(this.#builder.ranks);
    this.#groups.forEach(({ ranks }, g) => {
      ranks.forEach((rank, m) => {
        time[rank] = Math.round(times * perTokenPs * plans[g]![chunk]!.work[m]!);
      });
    });
    return (rank) => time[rank]!;
  }

  /** Three matrices of hidden x inner; a TFLOP/s is a floating-point operation a picosecond. */
  #flopsPerToken(): number {
    return 6 * this.#spec.hidden * this.#spec.expert.inner;
  }

  #load(plans: Plans, chunk: number, from: Gates, gates: Gates): Gates {
    if (plans.every((group) => group[chunk]!.loadPs === null)) return gates;
    const time = new Float64Array(this.#builder.ranks);
    this.#groups.forEach(({ ranks }, g) => {
      ranks.forEach((rank, m) => {
        time[rank] = plans[g]![chunk]!.loadPs?.[m] ?? 0;
      });
    });
    return this.#both(
      gates,
      this.#last(from, (rank) => time[rank]!),
    );
  }

  /** A compute of each rank, after its gate and after the compute before it. Of no length: none. */
  #work(gates: Gates, durationPs: (rank: number) => number): Gates {
    return gates.map((gate, rank) => {
      if (durationPs(rank) === 0) return gate;
      const op = this.#builder.compute(rank, durationPs(rank));
      for (const before of new Set([gate, this.#busy[rank]!])) if (before !== NOTHING) this.#builder.after(op, before);
      this.#busy[rank] = op;
      return op;
    });
  }

  /** A time at each rank in which its processors are free. */
  #last(gates: Gates, durationPs: (rank: number) => number): Gates {
    return gates.map((gate, rank) => {
      if (durationPs(rank) === 0) return gate;
      const op = this.#builder.compute(rank, durationPs(rank));
      if (gate !== NOTHING) this.#builder.after(op, gate);
      return op;
    });
  }

  #both(a: Gates, b: Gates): Gates {
    return a.map((gate, rank) => (gate === b[rank] ? gate : afterAll(this.#builder, rank, [gate, b[rank]!])));
  }
}
