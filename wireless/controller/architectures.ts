import type { SchedulerKind } from '../../sim/base/radio-spec.ts';
import type { ControllerKind, SignalId, SignalSpec } from '../scenario.ts';
import type { Protection } from '../app/layered-video.ts';

/**
 * How five ways of organising the layers set what is fixed for a run (after the taxonomy of van der Schaar and Shankar, IEEE Wireless
 * Commun. 12(4), 2005; the operational definition is ours). In each the radio adapts its own modulation to what it knows of the channel; what
 * differs is who else knows, and who decides.
 */
export interface Architecture {
  /** PER target of an attempt; null: from the loss target and the retransmissions. */
  readonly perTarget: number | null;
  readonly maxRetransmissions: number;
  readonly byClass: boolean;
  readonly attemptsByDeadline: boolean;
  readonly dropLate: boolean;
  readonly scheduler: SchedulerKind;
  readonly protection: Protection;
  /** Signals that are on beyond what the radio tells itself. */
  readonly signals: readonly SignalId[];
}

export const ALL_SIGNALS: readonly SignalId[] = [
  'snrHat',
  'csiCorr',
  'perHat',
  'linkRate',
  'queue',
  'trafficClass',
  'deadline',
  'layer',
  'lossTarget',
];

export const ARCHITECTURES: Readonly<Record<ControllerKind, Architecture>> = {
  layered: {
    perTarget: 1e-3,
    maxRetransmissions: 2,
    byClass: false,
    attemptsByDeadline: false,
    dropLate: false,
    scheduler: 'pf',
    protection: 'eep',
    signals: ['snrHat'],
  },
  'bottom-up': {
    perTarget: 1e-3,
    maxRetransmissions: 2,
    byClass: false,
    attemptsByDeadline: false,
    dropLate: false,
    scheduler: 'pf',
    protection: 'eep',
    signals: ['snrHat', 'linkRate', 'perHat'],
  },
  'top-down': {
    perTarget: null,
    maxRetransmissions: 6,
    byClass: true,
    attemptsByDeadline: false,
    dropLate: true,
    scheduler: 'strict',
    protection: 'uep',
    signals: ['snrHat', 'trafficClass', 'deadline', 'layer', 'lossTarget'],
  },
  'mac-centric': {
    perTarget: null,
    maxRetransmissions: 2,
    byClass: false,
    attemptsByDeadline: true,
    dropLate: true,
    scheduler: 'm-lwdf',
    protection: 'eep',
    signals: ['snrHat', 'trafficClass', 'deadline', 'queue'],
  },
  integrated: {
    perTarget: null,
    maxRetransmissions: 2,
    byClass: false,
    attemptsByDeadline: true,
    dropLate: true,
    scheduler: 'm-lwdf',
    protection: 'eep',
    signals: ALL_SIGNALS,
  },
};

/** Bits of a report; what the sender's own layers say comes at once, the rest a slot late. By default nothing is lost or takes airtime. */
const BITS: Readonly<Record<SignalId, number>> = {
  snrHat: 3,
  csiCorr: 8,
  perHat: 8,
  linkRate: 16,
  queue: 16,
  trafficClass: 2,
  deadline: 8,
  layer: 4,
  lossTarget: 16,
};
const AT_ONCE: readonly SignalId[] = ['queue', 'trafficClass', 'deadline', 'layer', 'lossTarget'];

/** The signals of an architecture, with what a config changes of them. */
export function signalsOf(
  kind: ControllerKind,
  slotPs: number,
  changes: Readonly<Partial<Record<SignalId, Partial<SignalSpec>>>>,
): Readonly<Record<SignalId, SignalSpec>> {
  const on = ARCHITECTURES[kind].signals;
  const entries = ALL_SIGNALS.map((id): [SignalId, SignalSpec] => {
    const delayPs = AT_ONCE.includes(id) ? 0 : slotPs;
    return [id, { enabled: on.includes(id), delayPs, bits: BITS[id], lossProbability: 0, inBand: false, ...changes[id] }];
  });
  return Object.fromEntries(entries) as Readonly<Record<SignalId, SignalSpec>>;
}
