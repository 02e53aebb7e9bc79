import { mostCreditBytes, type CreditContext } from './credit.ts';
import { PullScale } from './pull-scale.ts';

const QUANTUM_BYTES = 256;

interface PulledFlow {
  readonly flow: number;
  target: number;
  granted: number;
}

/** How a packet came: whole or as an RTS, as a header that was answered by an ACK, or by a NACK. */
export type Arrival = 'data' | 'rts' | 'header' | 'nacked header';

/** docs/model-transport.md 6.2: the credit that a host grants. */
export class PullQueue {
  readonly #context: CreditContext;
  readonly #flows = new Map<number, PulledFlow>();
  #active: PulledFlow[] = [];
  #idle: PulledFlow[] = [];
  #isRunning = false;
  /** null: grants go at one rate. */
  readonly scale: PullScale | null;
  readonly #tickAt: (timePs: number) => void;
  readonly #sendPull: (flow: number, granted: number) => void;

  constructor(context: CreditContext, tickAt: (timePs: number) => void, sendPull: (flow: number, granted: number) => void) {
    const { scaling } = context.spec;
    this.#context = context;
    this.scale = scaling === undefined ? null : new PullScale(scaling, context.limits.baseRttPs, context.bugs);
    this.#tickAt = tickAt;
    this.#sendPull = sendPull;
  }

  /** A packet of an incomplete flow has come, and was answered. */
  hear(flow: number, pullTarget: number, arrival: Arrival, timePs: number): void {
    const { spec, fullBytes } = this.#context;
    const state = this.#flows.get(flow) ?? { flow, target: 0, granted: 0 };
    this.#flows.set(flow, state);
    const joins = spec.kind === 'ndp' || pullTarget > state.target || arrival === 'nacked header' || arrival === 'rts';
    if (spec.kind === 'ndp') {
      state.target++;
    } else {
      state.target = Math.max(state.target, pullTarget);
      if (spec.kind === 'eqds' && arrival === 'nacked header') state.target += Math.ceil(fullBytes / QUANTUM_BYTES);
    }
    if (!joins || this.#active.includes(state)) return;
    this.#idle = this.#idle.filter((other) => other !== state);
    this.#active.push(state);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#tickAt(timePs);
  }

  noteComplete(flow: number): void {
    this.#active = this.#active.filter((other) => other.flow !== flow);
    this.#idle = this.#idle.filter((other) => other.flow !== flow);
  }

  tick(timePs: number): void {
    const { spec, fullBytes, lineBps, limits, bugs } = this.#context;
    const most = spec.kind === 'ndp' ? 1 : spec.creditPerPullBytes! / QUANTUM_BYTES;
    const active = this.#active.shift();
    const flow = active ?? this.#idle.shift();
    if (flow === undefined) {
      this.#isRunning = false;
      return;
    }
    const grant = active === undefined ? most : Math.min(most, Math.max(0, flow.target - flow.granted));
    flow.granted += grant;
    this.#sendPull(flow.flow, flow.granted);
    const mostQuanta = Math.floor(mostCreditBytes(spec, limits, lineBps) / QUANTUM_BYTES);
    if (active === undefined) {
      if (flow.granted - flow.target < mostQuanta) this.#idle.push(flow);
    } else if (flow.target > flow.granted) {
      if (bugs.has('pulls-in-a-row')) this.#active.unshift(flow);
      else this.#active.push(flow);
    } else if (spec.kind === 'rccc' || spec.kind === 'rccc-os') {
      this.#idle.push(flow);
    }
    const bytes = spec.kind === 'ndp' ? fullBytes : (grant > 0 ? grant : 4) * QUANTUM_BYTES;
    this.#tickAt(timePs + Math.max(1, Math.round((bytes * 8e12) / (spec.pullRate * lineBps * (this.scale?.scale ?? 1)))));
  }
}
