import { setupStream } from '../base/random.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import type { MessageBalancer } from './message-balancer.ts';
import type { PieceList } from './piece-list.ts';

/**
 * `rr-flow`: whole messages, pinned to the paths in turn by (source host, destination ToR), from a random start each: otherwise every host
 * would favour the first spines. Rack-local messages are not pinned.
 */
export class RoundRobinFlows implements MessageBalancer {
  readonly limitedFlows = 0;
  readonly #topology: Topology;
  readonly #schedule: Schedule;
  readonly #seed: number;

  constructor(topology: Topology, schedule: Schedule, seed: number) {
    this.#topology = topology;
    this.#schedule = schedule;
    this.#seed = seed;
  }

  planHost(host: number, sends: Int32Array, pieces: PieceList): void {
    if (sends.length === 0) return;
    const { torOfHost, hostOfRank } = this.#topology;
    const { peer, bytes } = this.#schedule;
    const srcTor = torOfHost[host]!;
    const draws = setupStream(this.#seed, 'rr-flow', host);
    const turns = new Map<number, { readonly ids: Int32Array; next: number }>();
    for (let m = 0; m < sends.length; m++) {
      const send = sends[m]!;
      const tor = torOfHost[hostOfRank[peer[send]!]!]!;
      if (tor === srcTor) {
        pieces.whole(m, -1, bytes[send]!);
        continue;
      }
      let turn = turns.get(tor);
      if (turn === undefined) {
        const { ids } = this.#topology.pathsBetween(srcTor, tor);
        turn = { ids, next: draws.integer(ids.length) };
        turns.set(tor, turn);
      }
      pieces.whole(m, turn.ids[turn.next]!, bytes[send]!);
      turn.next = (turn.next + 1) % turn.ids.length;
    }
  }
}
