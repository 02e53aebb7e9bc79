import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { powerOfTwoBelow, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import { postInTurn } from './direct.ts';
import { between, evenExchange, type ExchangeData, unevenExchange } from './exchange-data.ts';

/**
 * Bruck's algorithm: in step k member r passes on to r + 2^k all blocks whose way, (destination - source) mod p, has bit k set; a block
 * has gone the lower bits of its way before. Bruck, Ho, Kipnis, Upfal, Weathersby, "Efficient algorithms for all-to-all communications in
 * multiport message-passing systems", 1997. Empty messages are sent: later steps hang on all receives.
 */
export function bruckAllToAll(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const data = evenExchange(sizeBytes, p);
  for (let k = 0, distance = 1; distance < p; k++, distance *= 2) {
    const ways = upTo(p).filter((way) => (way & distance) !== 0);
    for (let r = 0; r < p; r++) {
      // A block that is to go `way` in all and stands at r has come from r minus the bits below k.
      const sent = ways.flatMap((way) => {
        const source = (r - (way & (distance - 1)) + p) % p;
        return data.of(source, (source + way) % p);
      });
      call.sendInOrder(k, r, (r + distance) % p, sent, 'copy');
    }
    call.endStep();
  }
}

/**
 * Round the ring, store and forward: in step s = 1..p-1 member r passes on to r+1 those blocks of member r-s+1 that have not reached their
 * destination, p-s of them. Steps are numbered from 0 in the Schedule. Blocks that are empty are empty all the way.
 */
export function ringAllToAll(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const data = evenExchange(sizeBytes, p);
  for (let s = 1; s < p; s++) {
    for (let r = 0; r < p; r++) {
      const source = (r - s + 1 + p) % p;
      const destinations = upTo(p - s).map((i) => (source + s + i) % p);
      const sent = between(data, [source], destinations);
      if (sent.length > 0) call.sendInOrder(s - 1, r, (r + 1) % p, sent, 'copy');
    }
    call.endStep();
  }
}

/**
 * Rail-aligned: g steps less one inside each server, in which local rank i gives local rank i+s all it has for that local rank of any
 * server; then, a member when it is done with these, steps over the servers, in which a member gives its like in server v+s what its own
 * server has for that rank. Members hand-shake as in `pairwise`.
 */
export function twoStepAllToAll(call: CollectiveCall, sizeBytes: number, { ranksPerServer: g = 1 }: CollectiveShape): void {
  const servers = call.size / g;
  const data = evenExchange(sizeBytes, call.size);
  const inServer = (v: number): number[] => upTo(g).map((i) => v * g + i);
  const onRail = (i: number): number[] => upTo(servers).map((v) => v * g + i);
  call.concurrently(upTo(servers).map(inServer), (part, v) => {
    for (let s = 1; s < g; s++) {
      for (let i = 0; i < g; i++) {
        const to = (i + s) % g;
        part.sendInOrder(s - 1, i, to, between(data, [v * g + i], onRail(to)), 'copy');
      }
      part.endStep();
    }
  });
  call.concurrently(upTo(g).map(onRail), (part, i) => {
    for (let s = 1; s < servers; s++) {
      for (let v = 0; v < servers; v++) {
        const to = (v + s) % servers;
        part.sendInOrder(g - 1 + s - 1, v, to, between(data, inServer(v), [to * g + i]), 'copy');
      }
      part.endStep();
    }
  });
}

/** The rounds of NCCL, at most `window` messages of a member under way. */
export function ncclAllToAll(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  inRounds(call, evenExchange(sizeBytes, call.size), shape);
}

/** The same with the sizes of a matrix. */
export function ncclAllToAllV(call: CollectiveCall, _sizeBytes: number, shape: CollectiveShape): void {
  inRounds(call, unevenExchange(shape.sizes!), shape);
}

/** Rounds that share a batch of thread blocks in NCCL. */
const ROUNDS_AT_ONCE = 8;

function inRounds(call: CollectiveCall, data: ExchangeData, { ranksPerServer = 1, window = ROUNDS_AT_ONCE }: CollectiveShape): void {
  const rounds = ncclRounds(call.size, ranksPerServer);
  for (let r = 0; r < call.size; r++) {
    const peers = rounds.map((peer) => peer(r)).filter((d) => d !== r);
    postInTurn(call, 0, r, peers, data, 'copy', window);
  }
}

/**
 * The rounds of NCCL's grouped point-to-point calls (its p2p schedule): whom each member sends to in each round. Members form groups of
 * the largest divisor of a server up to 8 (all of them where there is but one server). Differences of groups come in the order 0, 1, 3, 6,
 * 10, .. modulo the next power of two of their number, those beyond their number left out; for each one all differences within a group.
 */
export function ncclRounds(members: number, ranksPerServer: number): ((member: number) => number)[] {
  const inGroup =
    members <= ranksPerServer
      ? members
      : upTo(Math.min(8, ranksPerServer)).reduce((best, i) => (ranksPerServer % (i + 1) === 0 ? i + 1 : best), 1);
  const groups = members / inGroup;
  const power = powerOfTwoBelow(groups) === groups ? groups : 2 * powerOfTwoBelow(groups);
  const differences: number[] = [];
  for (let j = 0, difference = 0; j < power; j++, difference = (difference + j) % power) {
    if (difference < groups) differences.push(difference);
  }
  return differences.flatMap((difference) =>
    upTo(inGroup).map((e) => (member: number) => {
      const local = member % inGroup;
      const group = (member - local) / inGroup;
      return ((group + difference) % groups) * inGroup + ((local + e) % inGroup);
    }),
  );
}
