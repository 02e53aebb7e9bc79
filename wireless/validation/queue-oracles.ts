import { geoGeo1, waitByPriority, waitMD1, waitMG1, waitMM1, waitPersistentArq, waitWithVacations } from '../oracles/waiting-times.ts';
import type { RandomStream } from '../random-stream.ts';
import { mean, type Oracle } from './oracle.ts';

const CUSTOMERS = 60_000;

/** Mean wait of a first-in first-out queue with Poisson arrivals (Lindley's recursion), from an empty start whose first part is left out. */
function meanWait(rate: number, service: (stream: RandomStream) => number, stream: RandomStream): number {
  let wait = 0;
  for (let i = 0; i < CUSTOMERS / 10; i++) wait = Math.max(0, wait + service(stream) - stream.exponential() / rate);
  return mean(CUSTOMERS, () => {
    const now = wait;
    wait = Math.max(0, wait + service(stream) - stream.exponential() / rate);
    return now;
  });
}

/** Slots that a packet takes which is repeated until it arrives. */
const geometric =
  (per: number) =>
  (stream: RandomStream): number => {
    let slots = 1;
    while (stream.uniform() < per) slots++;
    return slots;
  };

/** Mean wait of one class where the server takes the first of the highest class, unit service times. */
function priorityWait(rates: readonly number[], wanted: number, stream: RandomStream): number {
  const next = rates.map((rate) => stream.exponential() / rate);
  const queues: number[][] = rates.map(() => []);
  let now = 0;
  let served = 0;
  let waited = 0;
  while (served < CUSTOMERS / 3) {
    // Everybody who has come by now waits.
    for (let k = 0; k < rates.length; k++) {
      while (next[k]! <= now) {
        queues[k]!.push(next[k]!);
        next[k]! += stream.exponential() / rates[k]!;
      }
    }
    const k = queues.findIndex((queue) => queue.length > 0);
    if (k < 0) {
      now = Math.min(...next);
      continue;
    }
    const arrival = queues[k]!.shift()!;
    if (k === wanted) {
      served++;
      waited += now - arrival;
    }
    now += 1;
  }
  return waited / served;
}

/** Mean slots in a slotted queue: one arrival and one service a slot at most, served in the slot after at the earliest. */
function slottedTime(arrival: number, service: number, stream: RandomStream): number {
  const queue: number[] = [];
  let left = 0;
  let spent = 0;
  for (let slot = 0; left < CUSTOMERS; slot++) {
    if (queue.length > 0 && stream.uniform() < service) {
      spent += slot - queue.shift()!;
      left++;
    }
    if (stream.uniform() < arrival) queue.push(slot);
  }
  return spent / left;
}

/** Mean wait at a server that goes away for `vacation` whenever it finds nobody. */
function vacationWait(rate: number, vacation: number, stream: RandomStream): number {
  let next = stream.exponential() / rate;
  const queue: number[] = [];
  let now = 0;
  let waited = 0;
  let served = 0;
  while (served < CUSTOMERS) {
    while (next <= now) {
      queue.push(next);
      next += stream.exponential() / rate;
    }
    const arrival = queue.shift();
    if (arrival === undefined) {
      now += vacation;
      continue;
    }
    served++;
    waited += now - arrival;
    now += 1;
  }
  return waited / served;
}

const RATES = [0.2, 0.3, 0.2];

/** Rows 30 to 33: waiting. */
export const QUEUE_ORACLES: readonly Oracle[] = [
  { row: 30, name: 'M/D/1 wait', point: 'load .8', expected: waitMD1(0.8), replica: (stream) => meanWait(0.8, () => 1, stream) },
  {
    row: 30,
    name: 'M/M/1 wait',
    point: 'load .8',
    expected: waitMM1(0.8),
    replica: (stream) => meanWait(0.8, (of) => of.exponential(), stream),
  },
  {
    row: 30,
    name: 'M/G/1 wait of persistent ARQ',
    point: 'load .8, PER .1',
    expected: waitPersistentArq(0.8, 0.1),
    replica: (stream) => meanWait(0.8 * 0.9, geometric(0.1), stream),
  },
  ...waitByPriority(RATES.map((rate) => ({ rate, mean: 1, secondMoment: 1 }))).reduce<Oracle[]>(
    (rows, expected, k) => [
      ...rows,
      {
        row: 31,
        name: `priority queue, wait of class ${k}`,
        point: 'rates .2, .3, .2, D = 1',
        expected,
        replica: (stream: RandomStream) => priorityWait(RATES, k, stream),
      },
    ],
    [],
  ),
  {
    row: 31,
    name: 'the same without priorities',
    point: 'rate .7, D = 1',
    expected: waitMG1(0.7, 1, 1),
    replica: (stream) => meanWait(0.7, () => 1, stream),
  },
  {
    row: 32,
    name: 'Geo/Geo/1, slots in the system',
    point: 'a = .5, mu = .8',
    expected: geoGeo1(0.5, 0.8).slots,
    replica: (stream) => slottedTime(0.5, 0.8, stream),
  },
  {
    row: 33,
    name: 'M/G/1 with vacations, wait',
    point: 'load .6, V = 5',
    expected: waitWithVacations(0.6, { mean: 1, secondMoment: 1 }, { mean: 5, secondMoment: 25 }),
    replica: (stream) => vacationWait(0.6, 5, stream),
  },
];
