import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

/** Congestion controls and loss recovery that contradict themselves, or other blocks. */
export const TRANSPORT: readonly MalformedConfig[] = [
  {
    name: 'HPCC with a path for each packet',
    content: plus('balancer: spray', 'transport: { kind: hpcc }'),
    error:
      '10:20 transport.kind: hpcc compares what packets of one path have seen, and spray chooses a path for each packet ' +
      '(choose a balancer with a path a flow (ecmp, ethereal), or another transport)',
  },
  {
    name: 'trimming recovery without trimming switches',
    content: plus('transport: { kind: nscc, recovery: trim }'),
    error: '9:36 transport.recovery: trim without switches that trim (set switch.kind: composite, or choose another recovery)',
  },
  {
    name: 'trimming recovery with switches told not to trim',
    content: plus('switch: { kind: composite, trim: false }', 'transport: { kind: nscc, recovery: trim }'),
    error: '10:36 transport.recovery: trim without switches that trim (set switch.kind: composite, or choose another recovery)',
  },
  {
    name: 'a choice for packets out of order, and go-back-N',
    content: plus('transport: { kind: dctcp, recovery: gbn, outOfOrder: drop }'),
    error: '9:54 transport.outOfOrder: go-back-N discards whatever is out of order (remove the key)',
  },
  {
    name: 'packets discarded, and sent once only',
    content: plus('transport: { kind: dctcp, recovery: none, outOfOrder: { buffer: 8 } }'),
    error: '9:55 transport.outOfOrder: what is discarded is not sent again (choose place, or recovery sr, trim or timers)',
  },
  {
    name: 'round-trip times from go-back-N',
    content: plus('transport: { kind: swift, recovery: gbn }'),
    error: '9:37 transport.recovery: swift measures round-trip times, and go-back-N gives no samples (set recovery: sr)',
  },
  {
    name: 'a least rate above the line',
    content: plus('transport: { kind: dcqcn, minRate: 401Gbps }'),
    error: '9:36 transport.minRate: 401Gbps is above the rate of the host links (at most 400Gbps)',
  },
  {
    name: 'a least window below one packet',
    content: plus('transport: { kind: nscc, minWindow: 4096B }'),
    error: '9:37 transport.minWindow: 4KiB is less than one packet (mtu and header are 4160B)',
  },
  {
    name: 'a largest window below the first',
    content: plus('transport: { kind: dctcp-uec, initialWindow: 50kB, maxWindow: 40kB }'),
    error: '9:63 transport.maxWindow: maxWindow is below initialWindow (at least initialWindow)',
  },
  {
    name: 'delay thresholds in the wrong order',
    content: plus('transport: { kind: timely, lowDelay: 600us }'),
    error: '9:38 transport.lowDelay: lowDelay is above highDelay (at most highDelay)',
  },
  {
    name: 'flow scaling without a range',
    content: plus('transport: { kind: swift, flowScaleMin: 100 }'),
    error: '9:41 transport.flowScaleMin: flowScaleMin is not below flowScaleMax (choose it below flowScaleMax)',
  },
  {
    name: 'a gain above 1',
    content: plus('transport: { kind: dcqcn, g: 2 }'),
    error: '9:30 transport.g: 2 is too large (at most 1)',
  },
];
