import type { Schedule } from '../base/schedule.ts';
import type { ServerSpec } from '../base/topology-spec.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE } from '../engine/record.ts';
import { SERVER_LINK } from './local-events.ts';

/** What the id of an event says beside the send, of which there are four times as many numbers. */
const HEAD_ARRIVES = 0;
const MESSAGE_ARRIVES = 1;
const SENDER_LEARNS = 2;

/** Who hears of messages. */
export interface MessageEnds {
  messageArrived(send: number, nowPs: number): void;
  messageEnded(send: number, nowPs: number): void;
}

/**
 * NVLink inside servers: messages between their GPUs, whole and cut-through (docs/model-servers.md 2). The time at which an egress becomes
 * free belongs to the host of the sending rank, that of an ingress to the host of the receiving one.
 */
export class ServerLinks {
  readonly #engine: Engine;
  readonly #schedule: Schedule;
  readonly #hostOfRank: Int32Array;
  readonly #server: ServerSpec;
  readonly #ends: MessageEnds;
  /** By rank. */
  readonly #egressFreePs: Float64Array;
  readonly #ingressFreePs: Float64Array;

  constructor(engine: Engine, schedule: Schedule, hostOfRank: Int32Array, server: ServerSpec, ends: MessageEnds) {
    this.#engine = engine;
    this.#schedule = schedule;
    this.#hostOfRank = hostOfRank;
    this.#server = server;
    this.#ends = ends;
    this.#egressFreePs = new Float64Array(schedule.ranks);
    this.#ingressFreePs = new Float64Array(schedule.ranks);
  }

  /** A send between two GPUs of a server is posted. */
  post(send: number, nowPs: number): void {
    const rank = this.#schedule.rank[send]!;
    const startPs = Math.max(nowPs, this.#egressFreePs[rank]!);
    this.#egressFreePs[rank] = startPs + this.#portPs(send);
    this.#tell(this.#schedule.peer[send]!, startPs + this.#server.nvlink.delayPs, 4 * send + HEAD_ARRIVES);
  }

  /** An event of class SERVER_LINK. */
  handle(id: number, nowPs: number): void {
    const stage = id & 3;
    const send = id >>> 2;
    const { rank, peer } = this.#schedule;
    switch (stage) {
      case HEAD_ARRIVES: {
        const receiver = peer[send]!;
        const endPs = Math.max(nowPs, this.#ingressFreePs[receiver]!) + this.#portPs(send);
        this.#ingressFreePs[receiver] = endPs;
        this.#engine.timer(this.#hostOfRank[receiver]!, endPs, SERVER_LINK, 4 * send + MESSAGE_ARRIVES);
        break;
      }
      case MESSAGE_ARRIVES:
        this.#tell(rank[send]!, nowPs + this.#server.nvlink.delayPs, 4 * send + SENDER_LEARNS);
        this.#ends.messageArrived(send, nowPs);
        break;
      case SENDER_LEARNS:
        this.#ends.messageEnded(send, nowPs);
        break;
    }
  }

  /** How long a message occupies a port. */
  #portPs(send: number): number {
    return serialisationPs(this.#schedule.bytes[send]!, this.#server.nvlink.rateBps);
  }

  /** Over the switch, to a rank that may be another host's: not before the end of the engine's window. */
  #tell(rank: number, timePs: number, id: number): void {
    const { clock, mailboxes } = this.#engine;
    clock[DUE] = timePs;
    const address = mailboxes.post(this.#hostOfRank[rank]!, SERVER_LINK);
    mailboxes.arena[address + 1] = id;
  }
}
