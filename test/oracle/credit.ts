import type { GrantSpec, TransportSpec } from '../../sim/base/transport-spec.ts';
import type { Limits } from '../../sim/derive.ts';
import type { Bug } from './bugs.ts';

const QUANTUM_BYTES = 256;

/** null: nothing is granted. */
export function grantsIn(spec: TransportSpec): GrantSpec | null {
  if (spec.kind === 'rccc' || spec.kind === 'rccc-os' || spec.kind === 'eqds' || spec.kind === 'ndp') return spec;
  return spec.kind === 'nscc' ? spec.credit : null;
}

/** Largest credit of a flow, wire bytes. */
export const mostCreditBytes = (spec: GrantSpec, { baseRttPs }: Limits, lineBps: number): number =>
  spec.maxWindowBytes ?? Math.floor(1.5 * ((baseRttPs * lineBps) / 8e12));

export interface CreditContext {
  readonly spec: GrantSpec;
  readonly limits: Limits;
  readonly fullBytes: number;
  readonly lineBps: number;
  readonly bugs: ReadonlySet<Bug>;
}

/** docs/model-transport.md 6.1: the credit of one flow at its sender. */
export class Credit {
  readonly #countsPackets: boolean;
  readonly #mostBytes: number;
  readonly #fullBytes: number;
  readonly #rtsIntervalPs: number;
  readonly #goesOn: boolean;
  readonly #ignoresWindow: boolean;
  #credit: number;
  #pulled = 0;
  #isSpeculating = true;
  #lastRtsPs = -Infinity;

  constructor({ spec, limits, fullBytes, lineBps, bugs }: CreditContext) {
    this.#goesOn = bugs.has('speculation-goes-on');
    this.#ignoresWindow = bugs.has('asks-beyond-the-window');
    this.#countsPackets = spec.kind === 'ndp';
    this.#mostBytes = mostCreditBytes(spec, limits, lineBps);
    this.#fullBytes = fullBytes;
    this.#rtsIntervalPs = limits.baseRttPs;
    const bdpPackets = Math.ceil((limits.baseRttPs * lineBps) / 8e12 / fullBytes);
    this.#credit = this.#countsPackets ? (spec.initialPackets ?? bdpPackets) : this.#mostBytes;
  }

  get isLeft(): boolean {
    return this.#credit > 0;
  }

  take(bytes: number): void {
    this.#credit -= this.#countsPackets ? 1 : bytes;
  }

  /** Any answer, before anything else. */
  noteAnswer(): void {
    if (this.#countsPackets || !this.#isSpeculating) return;
    this.#isSpeculating = false;
    if (!this.#goesOn) this.#credit = Math.min(this.#credit, 0);
  }

  pull(granted: number): void {
    if (granted <= this.#pulled) return;
    if (this.#countsPackets) this.#credit += granted - this.#pulled;
    else this.#credit = Math.min(this.#mostBytes, this.#credit + (granted - this.#pulled) * QUANTUM_BYTES);
    this.#pulled = granted;
  }

  /** What a packet asks for; `senders`: flows of the host that could have sent it. */
  target(backlogBytes: number, windowBytes: number, hasNew: boolean, senders: number): number {
    if (this.#countsPackets) return 0;
    const windowed = this.#ignoresWindow ? Infinity : windowBytes + this.#fullBytes;
    let need = Math.min(backlogBytes, this.#mostBytes, windowed) - this.#credit;
    if (this.#isSpeculating && hasNew) need = Math.max(need, this.#fullBytes);
    return this.#pulled + Math.ceil(Math.trunc(need / senders) / QUANTUM_BYTES);
  }

  /** The timer has fired, and a packet was timed out or nothing is outstanding; says whether an RTS goes. */
  noteSilence(timedOut: boolean, timePs: number): boolean {
    if (this.#countsPackets) {
      if (timedOut || this.#credit <= 0) this.#credit++;
      return false;
    }
    if (this.#credit > 0 || timePs - this.#lastRtsPs < this.#rtsIntervalPs) return false;
    this.#lastRtsPs = timePs;
    return true;
  }
}
