import type { PortKey } from '../../../sim/base/balancer-spec.ts';
import type { SwitchView } from './switch-balancer.ts';

const SAMPLE_PS = 100_000;
const INTERVAL_PS = 30e6;
const DATA_CLASSES = [1, 2, 3, 4, 5, 6, 7];

/** docs/model-balancers-switch.md, section 5: what adaptive routing compares. */
export class PortStates {
  readonly #view: SwitchView;
  readonly #samples = new Map<string, { level: number; takenPs: number }>();
  /** By port and interval. */
  readonly #routedBytes = new Map<string, number>();
  /** Port at which each flow counts. */
  readonly #portOfFlow = new Map<number, number>();

  constructor(view: SwitchView) {
    this.#view = view;
  }

  noteRouted(port: number, wireBytes: number): void {
    const key = `${port} ${Math.floor(this.#now / INTERVAL_PS)}`;
    this.#routedBytes.set(key, (this.#routedBytes.get(key) ?? 0) + wireBytes);
  }

  noteFlow(flow: number, port: number): void {
    if (!this.#portOfFlow.has(flow)) this.#portOfFlow.set(flow, port);
  }

  moveFlow(flow: number, port: number): void {
    this.#portOfFlow.set(flow, port);
  }

  queueBytes(port: number): number {
    const output = this.#view.ports[port]!;
    return ((output.waitingPs() + output.wirePs() * output.factor()) * output.rateBps) / 8e12;
  }

  /** Smaller is better, the first number counts most. */
  key(port: number, name: PortKey): number[] {
    return name.split('-').map((part) => {
      if (part === 'flows') return [...this.#portOfFlow.values()].filter((at) => at === port).length;
      if (part === 'pause') return DATA_CLASSES.some((c) => this.#view.ports[port]!.queues.isPaused(c)) ? 1 : 0;
      return this.#sampled(port, part, () => (part === 'q' ? this.#queueLevel(port) : this.#useLevel(port)));
    });
  }

  get #now(): number {
    return this.#view.simulation.now;
  }

  #sampled(port: number, part: string, look: () => number): number {
    const known = this.#samples.get(`${port} ${part}`);
    const isFresh = known !== undefined && this.#now - known.takenPs <= SAMPLE_PS;
    if (isFresh && !this.#view.simulation.bugs.has('levels-always-fresh')) return known.level;
    const level = look();
    this.#samples.set(`${port} ${part}`, { level, takenPs: this.#now });
    return level;
  }

  #queueLevel(port: number): number {
    const { queueBytes, bdpBytes } = this.#view.simulation.limits;
    const most = queueBytes === Infinity ? 5 * bdpBytes : queueBytes;
    const bytes = this.queueBytes(port);
    return [0.05, 0.1, 0.2].filter((part) => bytes >= part * most).length;
  }

  #useLevel(port: number): number {
    const { rateBps } = this.#view.ports[port]!;
    const interval = Math.floor(this.#now / INTERVAL_PS);
    const part = (this.#now - interval * INTERVAL_PS) / INTERVAL_PS;
    const routed = (index: number): number => this.#routedBytes.get(`${port} ${index}`) ?? 0;
    const before = this.#view.simulation.bugs.has('use-without-past') ? 0 : routed(interval - 1);
    const use = ((before * (1 - part) + routed(interval)) * 8e12) / (rateBps * INTERVAL_PS);
    if (use === 0) return 0;
    return use < 0.15 ? 1 : use < 0.5 ? 2 : 3;
  }
}

/** Below 0: `a` is the better one. */
export function compareKeys(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, place) => value !== b[place]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

/** The ports whose key no other one beats, with it. */
export function best(ports: readonly number[], keyOf: (port: number) => readonly number[]): { ports: number[]; key: readonly number[] } {
  const keys = ports.map(keyOf);
  const key = keys.reduce((least, other) => (compareKeys(other, least) < 0 ? other : least));
  return { ports: ports.filter((_, i) => compareKeys(keys[i]!, key) === 0), key };
}
