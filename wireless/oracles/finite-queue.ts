import type { FiniteStateChannel } from '../channel/fsmc.ts';
import { stationaryLaw } from '../math/stationary-law.ts';

/** A finite queue served by a channel of varying rate (Liu, Zhou and Giannakis, "Queuing with adaptive modulation and coding", 2005). */
export interface FiniteQueue {
  /** Poisson arrivals a slot. */
  readonly arrivals: number;
  /** Packets that the queue holds. */
  readonly capacity: number;
  /** Packets that each state of the channel serves a slot. */
  readonly service: readonly number[];
  /** P(a packet that is served fails on the air). */
  readonly per: number;
}

export interface FiniteQueueFacts {
  /** P(an arrival finds no room). */
  readonly dropProbability: number;
  /** Dropped or failed on the air. */
  readonly loss: number;
  /** Packets delivered a slot. */
  readonly throughput: number;
  /** Mean packets at the end of a slot. */
  readonly meanQueue: number;
  /** Mean wait of an accepted packet in slots, by Little's law. */
  readonly delaySlots: number;
  /** Packets served a slot in each state of the channel. */
  readonly served: Float64Array;
}

/** In a slot up to C packets of the backlog are served, then the arrivals of the slot join what is left. */
export function finiteQueue({ arrivals, capacity, service, per }: FiniteQueue, channel: FiniteStateChannel): FiniteQueueFacts {
  const states = service.length;
  const size = (capacity + 1) * states;
  const law = poisson(arrivals, capacity);
  const transitions = new Float64Array(size * size);
  const expectedDrops = new Float64Array(size);
  for (let queue = 0; queue <= capacity; queue++) {
    for (let state = 0; state < states; state++) {
      const from = queue * states + state;
      const left = Math.max(0, queue - service[state]!);
      const room = capacity - left;
      let fits = 0;
      let inRoom = 0;
      for (let n = 0; n < room; n++) {
        fits += law[n]!;
        inRoom += n * law[n]!;
        enter(from, left + n, state, law[n]!);
      }
      enter(from, capacity, state, 1 - fits);
      // E[(A - room)+] = E[A] - E[min(A, room)].
      expectedDrops[from] = arrivals - inRoom - room * (1 - fits);
    }
  }
  function enter(from: number, queue: number, state: number, probability: number): void {
    for (let next = 0; next < states; next++) {
      transitions[from * size + queue * states + next]! += probability * channel.transitions[state * states + next]!;
    }
  }

  const stationary = stationaryLaw(transitions, size);
  let dropped = 0;
  let meanQueue = 0;
  const served = new Float64Array(states);
  stationary.forEach((probability, at) => {
    const queue = Math.floor(at / states);
    served[at % states]! += probability * Math.min(queue, service[at % states]!);
    dropped += probability * expectedDrops[at]!;
    meanQueue += probability * queue;
  });
  const dropProbability = dropped / arrivals;
  const loss = 1 - (1 - dropProbability) * (1 - per);
  return {
    dropProbability,
    loss,
    throughput: arrivals * (1 - loss),
    meanQueue,
    delaySlots: meanQueue / (arrivals * (1 - dropProbability)),
    served,
  };
}

function poisson(mean: number, upTo: number): Float64Array {
  const law = new Float64Array(upTo + 1);
  law[0] = Math.exp(-mean);
  for (let n = 1; n <= upTo; n++) law[n] = (law[n - 1]! * mean) / n;
  return law;
}
