import type { ConWeaveSpec } from '../base/balancer-spec.ts';
import { CE, DATA, NACK, PROBE, TYPE_MASK } from '../base/packet.ts';
import type { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import type { Batch } from '../engine/batch.ts';
import { DUE, NOW, PORT_BITS, WINDOW_START } from '../engine/record.ts';
import { directionOf, type HashFamily } from './hash.ts';
import type { ConWeaveReceiving, ConWeaveSending } from './conweave-flows.ts';
import { ENDED, HELD, NO_HOP, type Reorderer, type Router } from './router.ts';
import type { RouteTables } from './route-tables.ts';
import { arena } from '../engine/arena.ts';

// Words of a data packet, from the word of the layout on.
const EPOCH = 0;
/** path << 4 | phase << 2 | kind. */
const PATH = 1;
/** Times, each as a multiple of 2^31 and the rest. */
const TX = 2;
const TAIL_TX = 4;
const HALF = 2 ** 31;

/** Kinds of packets; the first two notices have the number 4 epoch + kind - INIT, NOTIFY has 4 path + 2. */
const PLAIN = 0;
const INIT = 1;
const TAIL = 2;
const NOTIFY = 2;

/** What the switches of a run share. */
export interface ConWeaveShared {
  readonly spec: ConWeaveSpec;
  readonly topology: Topology;
  readonly clock: Float64Array;
  readonly srcHost: Int32Array;
  readonly dstHost: Int32Array;
  /** Where the words of a packet begin. */
  readonly words: number;
  readonly draws: PacketStreams;
  readonly sending: ConWeaveSending;
  readonly receiving: ConWeaveReceiving;
  /** Of a ToR. */
  readonly mostPorts: number;
}

/**
 * `conweave` (SIGCOMM 2023; docs/model-balancers-switch.md 8): the source ToR moves a flow whose way takes longer than it should; the
 * destination ToR holds what overtakes, so that hosts get packets in order. Other switches hash.
 */
export class ConWeaveRouter implements Router, Reorderer {
  readonly looksAtQueues = false;
  releasesBefore = false;
  releasesAfter = false;
  armsTimer = false;
  notify = -1;
  reply = -1;
  #tables: RouteTables;
  readonly #shared: ConWeaveShared;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;
  /** By destination ToR and port: no flow moves there before. */
  readonly #pausedUntilPs: Float64Array;
  /** Of the latest sample: the link found good, -1 without one, and the first that was drawn. */
  #good = -1;
  #firstDrawn = -1;

  constructor(tables: RouteTables, switchIndex: number, family: HashFamily, salt: number, shared: ConWeaveShared) {
    const { topology, mostPorts } = shared;
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = family;
    this.#salt = salt;
    this.#shared = shared;
    this.#pausedUntilPs = new Float64Array(switchIndex < topology.tors ? topology.tors * mostPorts : 0);
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
  }

  reordererOf(): Reorderer {
    return this;
  }

  route({ addresses, outputs }: Batch, from: number, to: number): void {
    const { torOfHost, linkToHost, members, tors } = this.#tables;
    const { clock, srcHost } = this.#shared;
    const ownTor = this.#switchIndex;
    const base = ownTor * tors;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      const dstMeta = arena[address + 3]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      const isData = (dstMeta & (TYPE_MASK | PROBE)) === DATA;
      const sourceTor = isData ? torOfHost[srcHost[arena[address + 1]!]!]! : -1;
      clock[NOW] = clock[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
      this.#calm();
      if (tor === ownTor) {
        outputs[i] = linkToHost[destination]!;
        if (isData && sourceTor !== ownTor) {
          if (this.#arrive(address)) outputs[i] = HELD;
        } else if ((dstMeta & (TYPE_MASK | PROBE)) === (NACK | PROBE)) {
          this.#hear(arena[address + 1]!, arena[address + 2]!);
          outputs[i] = ENDED;
        }
        continue;
      }
      const at = 2 * (base + tor);
      const first = members.at[at]!;
      const choices = members.at[at + 1]!;
      if (choices === 0) outputs[i] = NO_HOP;
      else if (sourceTor === ownTor) outputs[i] = this.#depart(address, tor, first, choices);
      else outputs[i] = choices === 1 ? members.link[first]! : this.#hashed(address, dstMeta, at);
    }
  }

  flushes(flow: number): boolean {
    const { receiving, clock } = this.#shared;
    if (receiving.flushPs[flow] !== clock[NOW]) return false;
    receiving.flushPs[flow] = -1;
    receiving.phase[flow] = 1;
    return true;
  }

  /** Nothing is to be done for the packet in hand, so far. */
  #calm(): void {
    this.releasesBefore = false;
    this.releasesAfter = false;
    this.armsTimer = false;
    this.notify = -1;
    this.reply = -1;
  }

  #hashed(address: number, dstMeta: number, at: number): number {
    const { at: slotsAt, link } = this.#tables.slots;
    const slots = slotsAt[at + 1]!;
    const slot =
      slots > 1 ? this.#family.choose(arena[address + 1]!, arena[address + 4]! & 0xffff, directionOf(dstMeta), this.#salt, slots) : 0;
    return link[slotsAt[at]! + slot]!;
  }

  /** Source ToR: the uplink of the packet at `address`, which says by its words what it is. */
  #depart(address: number, tor: number, first: number, count: number): number {
    const { spec, clock, sending, topology, words } = this.#shared;
    const { link, lastPs, epoch, phase, deadlinePs, tailPs, isStable, replyPs } = sending;
    const flow = arena[address + 1]!;
    const nowPs = clock[NOW]!;
    const before = link[flow]!;
    const isLive = this.#isMember(before, first, count);
    const isExpired = !isLive || lastPs[flow]! + spec.expiryPs < nowPs;
    let kind: number = PLAIN;
    let chosen = before;
    let packetPhase = phase[flow]!;
    if (isExpired || isStable[flow] === 1) {
      kind = INIT;
      packetPhase = 0;
      isStable[flow] = 0;
      deadlinePs[flow] = nowPs + replyPs[flow]!;
      epoch[flow]!++;
      phase[flow] = 0;
      tailPs[flow] = 0;
      if (isExpired) {
        this.#sample(tor, first, count);
        chosen = this.#good >= 0 ? this.#good : isLive ? before : this.#firstDrawn;
        link[flow] = chosen;
      }
    } else if (deadlinePs[flow]! < nowPs) {
      kind = TAIL;
      deadlinePs[flow] = Infinity;
      tailPs[flow] = nowPs;
      phase[flow] = 1;
      this.#sample(tor, first, count);
      if (this.#good >= 0) link[flow] = this.#good;
    }
    lastPs[flow] = nowPs;
    const at = address + words;
    arena[at + EPOCH] = epoch[flow]!;
    arena[at + PATH] = (topology.linkFromPort[chosen]! << 4) | (packetPhase << 2) | kind;
    arena[at + TX] = Math.floor(nowPs / HALF);
    arena[at + TX + 1] = nowPs % HALF;
    arena[at + TAIL_TX] = Math.floor(tailPs[flow]! / HALF);
    arena[at + TAIL_TX + 1] = tailPs[flow]! % HALF;
    return chosen;
  }

  #isMember(link: number, first: number, count: number): boolean {
    const members = this.#tables.members.link;
    for (let i = first; i < first + count; i++) if (members[i] === link) return true;
    return false;
  }

  /** Two uplinks at random: the first that is not paused is good. */
  #sample(tor: number, first: number, count: number): void {
    const { draws } = this.#shared;
    const members = this.#tables.members.link;
    const one = members[first + (count > 1 ? draws.below(this.#switchIndex, count) : 0)]!;
    const two = members[first + (count > 1 ? draws.below(this.#switchIndex, count) : 0)]!;
    this.#firstDrawn = one;
    this.#good = this.#isPaused(tor, one) ? (this.#isPaused(tor, two) ? -1 : two) : one;
  }

  #isPaused(tor: number, link: number): boolean {
    const { topology, mostPorts, clock } = this.#shared;
    return this.#pausedUntilPs[tor * mostPorts + topology.linkFromPort[link]!]! > clock[NOW]!;
  }

  /** Source ToR: a notice. */
  #hear(flow: number, number: number): void {
    const { sending, spec, clock, dstHost, mostPorts } = this.#shared;
    const { epoch, phase, deadlinePs, isStable } = sending;
    const kind = number & 3;
    if (kind === NOTIFY) {
      const tor = this.#tables.torOfHost[dstHost[flow]!]!;
      this.#pausedUntilPs[tor * mostPorts + (number >> 2)] = clock[NOW]! + spec.pathPausePs;
      return;
    }
    if (number >> 2 !== epoch[flow] || phase[flow] !== kind) return;
    // A reply to INIT counts only in time; after a TAIL there is no deadline.
    if (kind === 0 && (deadlinePs[flow]! <= clock[NOW]! || deadlinePs[flow] === Infinity)) return;
    isStable[flow] = 1;
    deadlinePs[flow] = Infinity;
  }

  /** Destination ToR: whether the packet at `address` has to be held. */
  #arrive(address: number): boolean {
    const { receiving, clock, spec, words } = this.#shared;
    const { epoch, phase, isSeen, flushPs, txPs, rxPs, tailPs } = receiving;
    const flow = arena[address + 1]!;
    const at = address + words;
    const packetEpoch = arena[at + EPOCH]!;
    if (packetEpoch < epoch[flow]!) return false;
    const nowPs = clock[NOW]!;
    if (packetEpoch > epoch[flow]!) {
      this.releasesBefore = flushPs[flow]! >= 0;
      flushPs[flow] = -1;
      epoch[flow] = packetEpoch;
      phase[flow] = 0;
      isSeen[flow] = 0;
    }
    const kind = arena[at + PATH]! & 3;
    const isFirstPhase = (arena[at + PATH]! & 4) === 0;
    const sentPs = arena[at + TX]! * HALF + arena[at + TX + 1]!;
    if (isFirstPhase) {
      isSeen[flow] = 1;
      txPs[flow] = sentPs;
      rxPs[flow] = nowPs;
    }
    if (!isFirstPhase || kind === TAIL) tailPs[flow] = arena[at + TAIL_TX]! * HALF + arena[at + TAIL_TX + 1]!;
    const isHeld = !isFirstPhase && phase[flow] === 0;
    if (isHeld) {
      if (flushPs[flow]! < 0) {
        flushPs[flow] =
          isSeen[flow] === 1
            ? Math.max(nowPs, rxPs[flow]! + (tailPs[flow]! - txPs[flow]!) + spec.flushSlackPs)
            : nowPs + spec.flushDefaultPs + spec.flushSlackPs;
        this.#arm(flow);
      }
    } else if (kind === TAIL) {
      phase[flow] = 1;
      this.releasesAfter = flushPs[flow]! >= 0;
      flushPs[flow] = -1;
    } else if (isFirstPhase && flushPs[flow]! >= 0) {
      flushPs[flow] = nowPs + Math.max(0, tailPs[flow]! - sentPs) + spec.flushSlackPs;
      this.#arm(flow);
    }
    if ((arena[address + 3]! & CE) !== 0) this.notify = 4 * (arena[at + PATH]! >> 4) + NOTIFY;
    if (kind !== PLAIN) this.reply = 4 * packetEpoch + kind - INIT;
    return isHeld;
  }

  #arm(flow: number): void {
    this.armsTimer = true;
    this.#shared.clock[DUE] = this.#shared.receiving.flushPs[flow]!;
  }
}
