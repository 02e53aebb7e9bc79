import { CONGESTION, DEADLINE, DELIVERED, type LinkOptions, type Outcome, PduQueue, WIRELESS } from '../../../wireless/link/pdu-queue.ts';
import type { Radio } from '../../../wireless/radio.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';

export const SLOT_PS = 1000;
const NAMES = { [DELIVERED]: 'delivered', [CONGESTION]: 'congestion', [WIRELESS]: 'wireless', [DEADLINE]: 'deadline' } as const;
export type OutcomeName = (typeof NAMES)[Outcome];

/** A radio whose PDUs fail or arrive as a list says, in the order of sending: 'x' fails, '.' arrives; beyond it all arrive. */
export class ScriptedRadio implements Radio {
  readonly snr = 1;
  readonly reportedSnr = 1;
  readonly power = 1;
  dataSnr = 2;
  answers: [delivered: number, failed: number][] = [];
  /** What the queue asked: SNR gathered before, and with this attempt. */
  asked: [before: number, now: number][] = [];

  step(): number {
    return 1;
  }

  failProbability(_mode: number, before: number, now: number): number {
    this.asked.push([before, now]);
    return 0.5;
  }

  onAnswers(delivered: number, failed: number): void {
    this.answers.push([delivered, failed]);
  }
}

/** Draws as a script says: a PDU whose draw is below a half fails. */
class ScriptedStream extends RandomStream {
  readonly script: string[];

  constructor(script: string) {
    super(1, 'script', 0);
    this.script = [...script];
  }

  override uniform(): number {
    return this.script.shift() === 'x' ? 0.25 : 0.75;
  }
}

export interface Fate {
  readonly tag: number;
  readonly outcome: OutcomeName;
  readonly delayPs: number;
}

/** A queue with a script for its PDUs: packets of 10 bits a PDU, slots of 1000 ps. */
export function scripted(script: string, changes: Partial<LinkOptions> = {}) {
  const fates: Fate[] = [];
  const radio = new ScriptedRadio();
  const stream = new ScriptedStream(script);
  const queue = new PduQueue({
    capacityPdus: Infinity,
    packetBits: 10,
    maxAttempts: Infinity,
    attemptsOfClass: null,
    harq: 'none',
    deadline: false,
    slotPs: SLOT_PS,
    pauseNacks: null,
    pauseSlots: 0,
    sink: (tag, outcome, delayPs) => fates.push({ tag, outcome: NAMES[outcome], delayPs }),
    ...changes,
  });
  let slot = 0;
  return {
    queue,
    radio,
    fates,
    /** Outcomes as `tag:outcome`. */
    told: (): string[] => fates.map(({ tag, outcome }) => `${tag}:${outcome}`),
    arrive: (tag: number, pdus = 1, deadlinePs = Infinity, packetClass = 0) =>
      queue.arrive(tag, pdus * 10, slot * SLOT_PS, deadlinePs, packetClass),
    /** Serves a slot with room for `count` PDUs. */
    serve: (count: number): number => {
      const startPs = slot++ * SLOT_PS;
      return queue.readyPdus(startPs) === 0 ? 0 : queue.serve(count, 1, radio, stream, slot * SLOT_PS);
    },
    skip: (slots: number) => {
      slot += slots;
    },
    nowPs: () => slot * SLOT_PS,
  };
}
