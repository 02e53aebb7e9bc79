import type { PortKey } from '../base/balancer-spec.ts';
import { NOW, QUEUE_BYTES } from '../engine/record.ts';
import type { PortUse } from './port-use.ts';
import type { PortView } from './router.ts';

/** A level is taken anew when a look comes more than 0.1 us after it was taken, as in htsim. */
const KEEP_PS = 100_000;

const hasPart = (key: PortKey, part: 'pause' | 'q' | 'b'): boolean => key.split('-').includes(part);

/** Utilisation is counted for these keys. */
export const needsUse = (key: PortKey): boolean => hasPart(key, 'b');

/**
 * What adaptive routing compares: keys of ports, smaller is better. Quantised queue and utilisation, whether a pause holds the port, or flows
 * placed there. State is by link and belongs to the switch that the link leaves.
 */
export class PortKeys {
  readonly looksAtQueues: boolean;
  /** Flows counted for each port: only with the key `flows`. */
  readonly flows: Int32Array | null;
  readonly #clock: Float64Array;
  readonly #ports: PortView;
  readonly #use: PortUse | null;
  readonly #queueBytes: number;
  readonly #hasPause: boolean;
  readonly #hasQueue: boolean;
  /** 4 q + b, and when they were taken. */
  readonly #level: Uint8Array;
  readonly #takenPs: Float64Array;

  /**
   * @param use null unless `needsUse(key)`
   * @param queueBytes size of a full queue
   */
  constructor(key: PortKey, links: number, clock: Float64Array, ports: PortView, use: PortUse | null, queueBytes: number) {
    this.#hasPause = hasPart(key, 'pause');
    this.#hasQueue = hasPart(key, 'q');
    this.looksAtQueues = this.#hasPause || this.#hasQueue;
    this.flows = key === 'flows' ? new Int32Array(links) : null;
    this.#clock = clock;
    this.#ports = ports;
    this.#use = use;
    this.#queueBytes = queueBytes;
    this.#level = new Uint8Array(links);
    this.#takenPs = new Float64Array(links).fill(-Infinity);
  }

  /** Key of the port of `link` at clock[NOW]. */
  of(link: number): number {
    if (this.flows !== null) return this.flows[link]!;
    if (this.#clock[NOW]! - this.#takenPs[link]! > KEEP_PS) this.#take(link);
    return (this.#hasPause && this.#ports.isPaused(link) ? 16 : 0) + this.#level[link]!;
  }

  #take(link: number): void {
    this.#takenPs[link] = this.#clock[NOW]!;
    const use = this.#use === null ? 0 : this.#use.level(link);
    this.#level[link] = this.#hasQueue ? 4 * this.#queueLevel(link) + use : use;
  }

  /** 0 below 5 % of a full queue, 1 below 10 %, 2 below 20 %, 3. */
  #queueLevel(link: number): number {
    this.#ports.look(link);
    const bytes = this.#clock[QUEUE_BYTES]!;
    const full = this.#queueBytes;
    return bytes < 0.05 * full ? 0 : bytes < 0.1 * full ? 1 : bytes < 0.2 * full ? 2 : 3;
  }
}
