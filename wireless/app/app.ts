import type { Outcome } from '../link/pdu-queue.ts';
import type { Stalls } from './stalls.ts';

/** Where an application's packets go. */
export interface PacketEntry {
  /** A packet of `bits` that arrives at `atPs`; `tag` comes back with what became of it. Class 0 matters most. */
  arrive(tag: number, bits: number, atPs: number, deadlinePs: number, packetClass: number): void;
  /** PDUs that wait now. */
  readonly backlogPdus: number;
}

/** What a viewer or listener got since the warm-up; NaN where nothing had its time yet. */
export interface Quality {
  /** Of video; absent of voice. */
  readonly psnrDb?: number;
  /** Mean opinion score. */
  readonly mos: number;
  readonly stalls: Stalls;
}

/** An application of a user: a source of packets, and what their fate means to it. */
export interface App {
  /** Hands over all packets that arrive by `untilPs`; called once a slot, with its end. */
  emit(untilPs: number, entry: PacketEntry): void;
  /** The warm-up is over: quality counts from here on. Absent where there is none. */
  startCounting?(): void;
  /** What became of a packet. */
  onPacket(tag: number, outcome: Outcome, delayPs: number, nowPs: number): void;
  /** Absent where there is none. */
  quality?(): Quality;
}
