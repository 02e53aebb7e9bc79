import { doubles, Region } from '../../sim/engine/arena.ts';
import type { CongestionControl, ControlContext } from '../../sim/transport/congestion-control.ts';
import { CLOCK_PLACES, NOW, RTT, START } from '../../sim/engine/record.ts';

export const FULL_BYTES = 4160;
export const PAYLOAD_BYTES = 4096;
/** The calibration fabric: four links of 400 Gb/s and 500 ns between hosts of different leaves. */
export const LINE_BPS = 400e9;
export const BASE_RTT_PS = 4_337_920;
export const BDP_BYTES = 216_896;

/** The fields that every transport has, and that no control reads. */
export const COMMON = { recovery: 'sr', rtoPs: null, nackIntervalPs: 0 } as const;

export function controlContext(overrides: Partial<ControlContext> = {}): ControlContext {
  return {
    region: new Region(),
    flows: 2,
    limits: {
      baseRttPs: BASE_RTT_PS,
      bdpBytes: 53 * FULL_BYTES,
      queueBytes: 53 * FULL_BYTES,
      headerQueueBytes: 106 * FULL_BYTES,
      ecn: null,
      rtoPs: Infinity,
      initialWindowBytes: 53 * FULL_BYTES,
      minWindowBytes: FULL_BYTES,
    },
    fullBytes: FULL_BYTES,
    payloadBytes: PAYLOAD_BYTES,
    lineRateBps: LINE_BPS,
    clock: new Float64Array(CLOCK_PLACES),
    trims: true,
    hasReceiverCredit: false,
    linkRateBps: [LINE_BPS, LINE_BPS, LINE_BPS, LINE_BPS / 2],
    maxHops: 3,
    hopsOfFlow: () => Int32Array.of(4, 2),
    ...overrides,
  };
}

/** One flow of a control, with the arguments that a case does not speak of left out. */
export class Driver<C extends CongestionControl> {
  readonly control: C;
  readonly flow: number;
  readonly #clock: Float64Array;

  constructor(control: C, context: ControlContext, flow = 1) {
    this.control = control;
    this.flow = flow;
    this.#clock = context.clock;
  }

  get windowBytes(): number {
    return doubles[this.control.windowAt + this.flow * this.control.windowStride]!;
  }

  get rateBps(): number {
    return this.control.rateBps === null ? LINE_BPS : this.control.rateBps[this.flow]!;
  }

  /** `rttPs` -1: no sample. */
  ack(answer: { nowPs: number; rttPs?: number; newly?: number; marked?: boolean; una?: number; next?: number; inFlight?: number }): void {
    this.#clock[NOW] = answer.nowPs;
    this.#clock[RTT] = answer.rttPs ?? -1;
    const { newly = FULL_BYTES, marked = false, una = 0, next = 0, inFlight = 0 } = answer;
    this.control.onAck(this.flow, newly, marked, una, next, inFlight);
  }

  nack(answer: { nowPs: number; rttPs?: number; bytes?: number; isLastHop?: boolean; inFlight?: number; next?: number }): void {
    this.#clock[NOW] = answer.nowPs;
    this.#clock[RTT] = answer.rttPs ?? -1;
    const { bytes = FULL_BYTES, isLastHop = false, inFlight = 0, next = 0 } = answer;
    this.control.onNack(this.flow, bytes, isLastHop, inFlight, next);
  }

  loss(nowPs: number, next = 0): void {
    this.#clock[NOW] = nowPs;
    this.control.onLoss(this.flow, next);
  }

  timeout(nowPs: number, bytes = 0): void {
    this.#clock[NOW] = nowPs;
    this.control.onTimeout(this.flow, bytes);
  }

  transmit(startPs: number, bytes = FULL_BYTES): void {
    this.#clock[START] = startPs;
    this.control.onTransmit(this.flow, bytes);
  }
}
