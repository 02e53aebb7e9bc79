import type { App, PacketEntry } from '../../../wireless/app/app.ts';
import { DELIVERED, type Outcome, WIRELESS } from '../../../wireless/link/pdu-queue.ts';

export interface Sent {
  readonly tag: number;
  readonly bits: number;
  readonly atPs: number;
  readonly deadlinePs: number;
  readonly packetClass: number;
}

/** Collects what an application sends, and tells it what becomes of that: by default, all arrives a slot later. */
export class Recorder implements PacketEntry {
  readonly backlogPdus = 0;
  readonly all: Sent[] = [];
  #fresh: Sent[] = [];

  arrive(tag: number, bits: number, atPs: number, deadlinePs: number, packetClass: number): void {
    const sent = { tag, bits, atPs, deadlinePs, packetClass };
    this.all.push(sent);
    this.#fresh.push(sent);
  }

  take(): readonly Sent[] {
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }
}

export const SLOT_PS = 2e9;

/** Runs an application over slots, each packet settled at the end of the slot after the one in which it came. */
export function play(app: App, slots: number, fate: (sent: Sent, index: number) => Outcome | number = () => DELIVERED): Recorder {
  const recorder = new Recorder();
  let waiting: readonly Sent[] = [];
  let index = 0;
  for (let slot = 1; slot <= slots; slot++) {
    const nowPs = slot * SLOT_PS;
    for (const sent of waiting) {
      const outcome = fate(sent, index++);
      app.onPacket(sent.tag, outcome as Outcome, nowPs - sent.atPs, nowPs);
    }
    app.emit(nowPs, recorder);
    waiting = recorder.take();
  }
  return recorder;
}

export { DELIVERED, WIRELESS };
