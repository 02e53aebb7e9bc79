import type { Schedule } from '../base/schedule.ts';
import { type SwitchOperations, switchOperations } from '../base/switch-operations.ts';
import type { ServerSpec } from '../base/topology-spec.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE } from '../engine/record.ts';
import { SERVER_LINK } from './local-events.ts';
import { arena } from '../engine/arena.ts';

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
 * NVLink inside servers: messages between their GPUs, whole and cut-through (docs/model-servers.md 2), and what their switches add and
 * replicate (2.1). The time at which an egress becomes free belongs to the host of the sending rank, that of an ingress to the host of the
 * receiving one.
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
  readonly #operations: SwitchOperations | null;
  /** Of a multicast the sends that are not posted yet, written by their sender; of a sum the heads that are not there, by its receiver. */
  readonly #missing: Int32Array;

  constructor(engine: Engine, schedule: Schedule, hostOfRank: Int32Array, server: ServerSpec, ends: MessageEnds) {
    this.#engine = engine;
    this.#schedule = schedule;
    this.#hostOfRank = hostOfRank;
    this.#server = server;
    this.#ends = ends;
    this.#egressFreePs = new Float64Array(schedule.ranks);
    this.#ingressFreePs = new Float64Array(schedule.ranks);
    this.#operations = switchOperations(schedule);
    const { offset } = this.#operations?.sends ?? { offset: [0] };
    this.#missing = Int32Array.from({ length: offset.length - 1 }, (_, operation) => offset[operation + 1]! - offset[operation]!);
  }

  /** A send between two GPUs of a server is posted. */
  post(send: number, nowPs: number): void {
    const operation = this.#operationOf(send, 1);
    if (operation >= 0 && --this.#missing[operation]! > 0) return;
    const rank = this.#schedule.rank[send]!;
    const startPs = Math.max(nowPs, this.#egressFreePs[rank]!);
    this.#egressFreePs[rank] = startPs + this.#portPs(send);
    if (operation < 0) this.#sendHead(send, startPs);
    else for (const each of this.#sendsOf(operation)) this.#sendHead(each, startPs);
  }

  /** An event of class SERVER_LINK. */
  handle(id: number, nowPs: number): void {
    const stage = id & 3;
    const send = id >>> 2;
    const { rank, peer } = this.#schedule;
    switch (stage) {
      case HEAD_ARRIVES: {
        const operation = this.#operationOf(send, 0);
        if (operation >= 0 && --this.#missing[operation]! > 0) break;
        const receiver = peer[send]!;
        const endPs = Math.max(nowPs, this.#ingressFreePs[receiver]!) + this.#portPs(send);
        this.#ingressFreePs[receiver] = endPs;
        if (operation < 0) this.#arriveAt(send, endPs);
        else for (const each of this.#sendsOf(operation)) this.#arriveAt(each, endPs);
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

  /** The operation of the switch whose messages use one port: an egress if it is a multicast, an ingress if it is a sum; -1: none. */
  #operationOf(send: number, isMulticast: 0 | 1): number {
    const operation = this.#operations?.ofSend[send] ?? -1;
    return operation >= 0 && this.#operations!.isMulticast[operation] === isMulticast ? operation : -1;
  }

  #sendsOf(operation: number): Int32Array {
    const { offset, order } = this.#operations!.sends;
    return order.subarray(offset[operation]!, offset[operation + 1]!);
  }

  #sendHead(send: number, startPs: number): void {
    this.#tell(this.#schedule.peer[send]!, startPs + this.#server.nvlink.delayPs, 4 * send + HEAD_ARRIVES);
  }

  #arriveAt(send: number, timePs: number): void {
    this.#engine.timer(this.#hostOfRank[this.#schedule.peer[send]!]!, timePs, SERVER_LINK, 4 * send + MESSAGE_ARRIVES);
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
    arena[address + 1] = id;
  }
}
