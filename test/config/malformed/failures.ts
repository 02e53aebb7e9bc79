import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

const failure = (text: string): string => plus(`failures: [{ ${text} }]`);

/** Failures that cannot be meant so. */
export const FAILURES: readonly MalformedConfig[] = [
  {
    name: 'a failure of nothing',
    content: failure('at: 1us'),
    error: '9:12 failures[0]: neither a link nor a switch (give link: leaf0-spine0, or switch: spine0)',
  },
  {
    name: 'a failure of two things',
    content: failure('link: leaf0-spine0, switch: spine1'),
    error: '9:12 failures[0]: a link and a switch (give link: leaf0-spine0, or switch: spine0)',
  },
  {
    name: 'a dead switch that does not exist',
    content: failure('switch: spine2'),
    error: '9:22 failures[0].switch: no switch "spine2" in this fabric (switches are named leaf0 .. leaf1, spine0 .. spine1)',
  },
  {
    name: 'a link by the name of a switch',
    content: failure('link: spine1'),
    error: '9:20 failures[0].link: no link "spine1" in this fabric (links are named leaf0-spine0 .. leaf1-spine1, and host0-leaf0)',
  },
  {
    name: 'a failure that ends before it begins',
    content: failure('link: leaf0-spine0, at: 2us, until: 1us'),
    error: '9:50 failures[0].until: it ends at 1us and begins at 2us (choose a later until)',
  },
  {
    name: 'two outages of a link at one time',
    content: plus('failures: [{ link: leaf0-spine0, at: 1us, until: 3us }, { link: leaf0-spine0, at: 2us }]'),
    error: '9:65 failures[1].link: link "leaf0-spine0" is down already (let one end first)',
  },
  {
    name: 'two faults in one entry',
    content: failure('link: leaf0-spine0, rate: 25%, loss: 0.1'),
    error: '9:51 failures[0].loss: rate and loss in one entry (write two entries)',
  },
  {
    name: 'convergence on what routing does not see',
    content: failure('link: leaf0-spine0, loss: 0.1, converge: 1us'),
    error: '9:55 failures[0].converge: routing does not see loss (remove the key; only links that go down are withdrawn)',
  },
  {
    name: 'a part of a rate above all of it',
    content: failure('link: leaf0-spine0, rate: 125%'),
    error:
      '9:40 failures[0].rate: "125%" is no rate of a link (write a part such as 25%, above 0% and at most 100%, or a rate such as 100Gbps)',
  },
  {
    name: 'a reduced rate above the rate',
    content: failure('link: leaf0-spine0, rate: 800Gbps'),
    error: '9:40 failures[0].rate: 800Gbps is above the rate of leaf0-spine0 (at most 400Gbps)',
  },
  {
    name: 'a probability above one',
    content: failure('link: leaf0-spine0, loss: 1.5'),
    error: '9:40 failures[0].loss: 1.5 is too large (at most 1)',
  },
  {
    name: 'a link that flaps for ever',
    content: failure('link: leaf0-spine0, flap: { down: 1us, up: 1us }'),
    error: '9:40 failures[0].flap: a link that flaps without end (give until)',
  },
  {
    name: 'a link that flaps too often',
    content: failure('link: leaf0-spine0, until: 1s, flap: { down: 1us, up: 1us }'),
    error: '9:51 failures[0].flap: a link that flaps 500000 times (at most 10000 times: a longer period, or an earlier until)',
  },
  {
    name: 'one direction of a switch',
    content: failure('switch: spine0, direction: up'),
    error: '9:41 failures[0].direction: a switch fails in both directions (remove the key, or name its links)',
  },
  {
    name: 'losses without ACKs',
    content: plus(
      'transport: fixed',
      'switch: { queue: infinite }',
      'nic: { acks: none }',
      'failures: [{ link: leaf0-spine0, loss: 0.1 }]',
    ),
    error: '12:12 failures[0]: a link that loses packets needs ACKs (remove nic.acks: none)',
  },
];
