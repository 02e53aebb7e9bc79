import { z } from 'zod';
import { bytes, count, flag, integer, kind, rate, time } from './fields.ts';
import { lossRecovery } from './loss-recovery.ts';
import { credit } from './receiver-credit.ts';

/** Defaults are those of the source that a description names; T: base round-trip time, R: host rate, BDP: T * R. */
const fraction = (fallback: number, description: string) =>
  z.number().gt(0).max(1).default(fallback).meta({ description, example: fallback });
const factor = (fallback: number, description: string) =>
  z.number().gt(0).max(1e6).default(fallback).meta({ description, example: fallback });

const medianOf = (name: string) =>
  integer(`The delay is the median of so many samples (${name}, arXiv 2509.07907: 15). Default: 1, the latest sample.`, 1, 255, 15).default(
    1,
  );

export const dctcpUec = z
  .strictObject({
    kind: kind('dctcp-uec', 'The DCTCP-like window of uet-htsim.'),
    initialWindow: bytes('Wire bytes, at least one packet. Default: maxWindow (uet-htsim).').optional(),
    minWindow: bytes('Wire bytes, at least one packet. Default: one packet (uet-htsim).').optional(),
    maxWindow: bytes('Wire bytes, at least one packet. Default: 1.5 BDP (uet-htsim).').optional(),
    decrease: fraction(1 / 3, 'Part of the marked bytes that the window loses. Default: 1/3 (uet-htsim).'),
    ...lossRecovery,
  })
  .meta({ description: 'DCTCP-like control of uet-htsim: no rounds, no average.' });

export const dcqcn = z
  .strictObject({
    kind: kind('dcqcn', 'DCQCN as in its paper (SIGCOMM 2015).'),
    g: fraction(1 / 256, 'Gain of the moving average of congestion. Default: 1/256 (DCQCN, SIGCOMM 2015).'),
    cnpInterval: time('At most one congestion notification a flow in this time. Default: 50us (DCQCN, SIGCOMM 2015).').prefault('50us'),
    timer: time('Timer of rate increase and of the decay of alpha. Default: 55us (DCQCN, SIGCOMM 2015).').prefault('55us'),
    byteCounter: bytes('A rate increase each time a flow has sent this. Default: 10MB (DCQCN, SIGCOMM 2015).').prefault('10MB'),
    fastRecovery: count('Increases that only halve the way to the target rate. Default: 5 (DCQCN, SIGCOMM 2015).', 1000, 5).default(5),
    additiveIncrease: rate('Added to the target rate an increase. Default: R / 20 (htsim).').optional(),
    hyperIncrease: rate('Likewise, a step of hyper increase. Default: R / 10 (htsim).').optional(),
    minRate: rate('The rate never falls below. At most the host rate. Default: 100Mbps (HPCC ns-3).').prefault('100Mbps'),
    ...lossRecovery,
  })
  .meta({ description: 'DCQCN, paper form: congestion notifications, one timer, a byte counter.' });

export const dcqcnMlx = z
  .strictObject({
    kind: kind('dcqcn-mlx', 'DCQCN with three timers, as in the HPCC simulator.'),
    g: fraction(1 / 256, 'Gain of the moving average of congestion. Default: 1/256 (run script of HPCC).'),
    alphaTimer: time('alpha moves once in this time. Default: 1us (run script of HPCC).').prefault('1us'),
    decreaseTimer: time('The rate is cut at most once in this time. Default: 4us (run script of HPCC).').prefault('4us'),
    increaseTimer: time('The rate rises once in this time. Default: 300us (run script of HPCC).').prefault('300us'),
    fastRecovery: count('Increases that only halve the way to the target rate. Default: 1 (run script of HPCC).', 1000, 1).default(1),
    additiveIncrease: rate('Added to the target rate, once. Default: R / 5000, 20Mbps at 100Gbps (run script of HPCC).').optional(),
    hyperIncrease: rate('Added to the target rate from then on. Default: R / 500, 200Mbps at 100Gbps (run script of HPCC).').optional(),
    minRate: rate('The rate never falls below. At most the host rate. Default: 1Gbps (run script of HPCC).').prefault('1Gbps'),
    clampTarget: flag('The target rate follows every cut. Default: false (HPCC ns-3).').default(false),
    firstCnpFactor: fraction(1, 'The rate is multiplied by this at the first mark. Default: 1 (HPCC ns-3).'),
    ...lossRecovery,
  })
  .meta({ description: 'DCQCN, timer form of the HPCC ns-3 family.' });

export const hpcc = z
  .strictObject({
    kind: kind('hpcc', 'HPCC (SIGCOMM 2019).'),
    eta: fraction(0.95, 'Target utilisation. Default: 0.95 (HPCC, SIGCOMM 2019).'),
    maxStage: integer('Additive increases before a multiplicative one. Default: 5 (HPCC, SIGCOMM 2019).', 0, 1000, 5).default(5),
    additiveIncrease: rate(
      'Added to the window an update, as this rate times T. Default: R / 2500, 40Mbps at 100Gbps (run script of HPCC).',
    ).optional(),
    minWindow: bytes('Wire bytes, at least one packet. Default: one packet.').optional(),
    ...lossRecovery,
  })
  .meta({ description: 'HPCC: windows by in-band telemetry. Needs a balancer that does not choose a path for each packet.' });

export const timely = z
  .strictObject({
    kind: kind('timely', 'TIMELY (SIGCOMM 2015).'),
    ewma: fraction(0.875, 'Weight of the newest difference of round-trip times. Default: 0.875 (TIMELY, SIGCOMM 2015).'),
    beta: fraction(0.8, 'Factor of decrease. Default: 0.8 (TIMELY, SIGCOMM 2015).'),
    lowDelay: time('Below this round-trip time the rate rises. At most highDelay. Default: 50us (TIMELY, SIGCOMM 2015).').prefault('50us'),
    highDelay: time('Above this round-trip time the rate falls. Default: 500us (TIMELY, SIGCOMM 2015).').prefault('500us'),
    minRtt: time('Unit of the gradient. Default: 20us (HPCC ns-3).').prefault('20us'),
    additiveIncrease: rate('Added a round. Default: R / 1000 (run script of HPCC).').optional(),
    hyperIncrease: rate('Likewise, after `hyperAfter` increases in a row. Default: R / 200 (run script of HPCC).').optional(),
    hyperAfter: integer('Increases in a row after which they are hyper-active. Default: 5 (TIMELY, SIGCOMM 2015).', 0, 1000, 5).default(5),
    minRate: rate('The rate never falls below. At most the host rate. Default: 100Mbps (HPCC ns-3).').prefault('100Mbps'),
    ...lossRecovery,
  })
  .meta({ description: 'TIMELY: rates by the gradient of the round-trip time.' });

export const swift = z
  .strictObject({
    kind: kind('swift', 'Swift (SIGCOMM 2020), and MSwift.'),
    baseDelay: time('Target round-trip time without hops and flows. Default: T + 5us (htsim: 20us, for a large network).').optional(),
    hopScale: time('Added to the target for each link of the path. Default: baseDelay / 6.55 (htsim).').optional(),
    flowScale: time('Largest part of the target that small windows add. Default: 5 * baseDelay (htsim).').optional(),
    flowScaleMin: factor(0.1, 'Window, in packets, that adds all of `flowScale`. Below flowScaleMax. Default: 0.1 (htsim).'),
    flowScaleMax: factor(100, 'Window, in packets, that adds nothing. Default: 100 (htsim).'),
    ai: factor(1, 'Packets added to the window a round-trip time. Default: 1 (htsim).'),
    beta: fraction(0.8, 'Factor of decrease. Default: 0.8 (htsim).'),
    maxDecrease: fraction(0.5, 'Largest part of the window that a decrease takes. Default: 0.5 (htsim).'),
    initialWindow: bytes('Wire bytes. Default: 1 BDP.').optional(),
    minWindow: bytes('Wire bytes; below a packet the flow is paced. Default: 10B (htsim).').prefault('10B'),
    maxWindow: bytes('Wire bytes, at least one packet. Default: 1000 packets (htsim).').optional(),
    median: medianOf('MSwift'),
    ...lossRecovery,
  })
  .meta({ description: 'Swift: windows by the round-trip time, with a target that grows with hops and flows.' });

const UEC = '(UEC 1.0, uet-htsim)';

export const nscc = z
  .strictObject({
    kind: kind('nscc', 'NSCC of Ultra Ethernet, and MNSCC.'),
    referenceBdp: bytes(`BDP of the reference network: gains scale with BDP / this. Default: 150kB ${UEC}.`).prefault('150kB'),
    referenceRtt: time(`Round-trip time of the reference network. Default: 12us ${UEC}.`).prefault('12us'),
    targetDelay: time(`Target queueing delay Q. Default: 0.75 T where switches trim, else T ${UEC}.`).optional(),
    proportional: factor(4, `Gain of proportional increase. Default: 4 ${UEC}.`),
    fairIncrease: factor(5, `Gain of fair increase, in payloads. Default: 5 ${UEC}.`),
    eta: factor(0.15, `Added to the window an adjustment, in payloads. Default: 0.15 ${UEC}.`),
    fastIncrease: factor(0.25, `Gain of fast increase. Default: 0.25 ${UEC}.`),
    fastDelay: time(`Below this queueing delay the queue counts as empty. Default: 1us ${UEC}.`).prefault('1us'),
    gamma: fraction(0.8, `Factor of decrease. Default: 0.8 ${UEC}.`),
    maxDecrease: fraction(0.5, `Largest part of the window that a decrease takes. Default: 0.5 ${UEC}.`),
    averageWeight: fraction(0.0125, `Weight of the newest delay in the moving average. Default: 0.0125 ${UEC}.`),
    adjustSize: bytes(`The window is adjusted after this many wire bytes. Default: 8 packets ${UEC}.`).optional(),
    adjustTime: time(`The window is adjusted after this time. Default: T ${UEC}.`).optional(),
    quickAdaptDelay: time(`Queueing delay that asks for quick adapt. Default: 4 Q ${UEC}.`).optional(),
    quickAdaptGate: integer(`Quick adapt acts when less than maxWindow / 2^this was achieved. Default: 3 ${UEC}.`, 0, 30, 3).default(3),
    maxWindow: bytes(`Wire bytes, at least one packet; also the first window. Default: 1.5 BDP of the flow ${UEC}.`).optional(),
    minWindow: bytes(`Wire bytes, at least one packet. Default: one packet ${UEC}.`).optional(),
    median: medianOf('MNSCC'),
    credit,
    ...lossRecovery,
  })
  .meta({ description: 'NSCC: windows by marks and queueing delay, with quick adapt.' });
