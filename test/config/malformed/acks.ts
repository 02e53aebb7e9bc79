import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

/** Answers, loss recovery and receiver credit that do not go together. */
export const ACKS: readonly MalformedConfig[] = [
  {
    name: 'selective ACKs with selective repeat',
    content: plus('nic: { acks: uec-sack }', 'transport: { kind: dctcp, recovery: sr }'),
    error: '10:37 transport.recovery: recovery sr with nic.acks: uec-sack (set recovery: trim or timers, or nic.acks: per-packet)',
  },
  {
    name: 'an ACK for several packets, and no recovery',
    content: plus('nic: { acks: { every: 4 } }', 'transport: { kind: dctcp, recovery: none }'),
    error:
      '10:37 transport.recovery: recovery none with an ACK for several packets (set nic.acks: per-packet or none, or another recovery)',
  },
  {
    name: 'receiver credit with go-back-N',
    content: plus('transport: { kind: eqds, recovery: gbn }', 'switch: composite'),
    error: '9:36 transport.recovery: recovery gbn with receiver credit (set recovery: trim or timers)',
  },
  {
    name: 'more packets an ACK than there may be',
    content: plus('nic: { acks: { every: 17 } }'),
    error: '9:23 nic.acks.every: 17 is too large (at most 16)',
  },
  {
    name: 'credit that is no multiple of its quantum',
    content: plus('transport: { kind: rccc, creditPerPull: 16383B }', 'switch: composite'),
    error: '9:41 transport.creditPerPull: "16383B" is not a multiple of 256B (round it)',
  },
  {
    name: 'a largest credit below one packet',
    content: plus('transport: { kind: rccc, maxWindow: 4096B }', 'switch: composite'),
    error: '9:37 transport.maxWindow: 4KiB is less than one packet (mtu and header are 4160B)',
  },
  {
    name: 'credit beside a window, and a recovery without records',
    content: plus('transport: { kind: nscc, recovery: sr, credit: {} }', 'switch: composite'),
    error: '9:36 transport.recovery: recovery sr with receiver credit (set recovery: trim or timers)',
  },
  {
    name: 'credit beside a window for less than a packet',
    content: plus('transport: { kind: nscc, credit: { maxWindow: 4096B } }', 'switch: composite'),
    error: '9:47 transport.credit.maxWindow: 4KiB is less than one packet (mtu and header are 4160B)',
  },
];
