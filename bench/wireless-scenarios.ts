import type { ConfigObject } from '../sweep/library.ts';

/** A wireless scenario of the benchmark, as a config. */
export interface WirelessBench {
  readonly name: string;
  readonly users: number;
  readonly config: ConfigObject;
}

/** Finite-state channel, adaptive modes, truncated ARQ, a queue of 50 packets; 2000 s are a million slots. */
const CHAIN = {
  kind: 'wireless',
  slot: { duration: '2ms', packetsPerSlot: 2 },
  phy: { table: 'TM2Q' },
  channel: { snr: '15dB', doppler: '10Hz', correlation: 'fsmc' },
  csi: { delaySlots: 0 },
  arq: { kind: 'truncated', maxRetransmissions: 2 },
  queue: { packets: 50 },
  run: { duration: '2000s', warmup: '0s' },
} as const;

/** Clarke fading of 32 paths, pilots, reports two slots old with an outer loop, hybrid ARQ, energy with sleep; 200 s are 100,000 slots. */
const CELL = {
  kind: 'wireless',
  channel: { fading: 'rayleigh', correlation: 'clarke', doppler: '10Hz', snr: '18dB' },
  csi: { estimator: 'lmmse', delaySlots: 2, olla: { on: true } },
  arq: { harq: 'chase' },
  energy: { sleeps: true },
  run: { duration: '200s', warmup: '0s' },
} as const;

const WITHIN_100_MS = { delay: '100ms', loss: 0.01 } as const;

/** One link, and full cells: layered video under the integrated controller with all its signals, and video and voice under M-LWDF. */
export const WIRELESS_SCENARIOS: readonly WirelessBench[] = [
  { name: 'wireless-chain', users: 1, config: { ...CHAIN, app: { kind: 'bernoulli', probability: 0.7 } } },
  { name: 'wireless-chain-poisson', users: 1, config: { ...CHAIN, app: { kind: 'poisson', packetsPerSlot: 2 } } },
  {
    name: 'wireless-cell-20',
    users: 20,
    config: {
      ...CELL,
      controller: 'integrated',
      app: { kind: 'svc', layers: ['48kbps', '96kbps', '192kbps'] },
      qos: WITHIN_100_MS,
      users: 20,
    },
  },
  {
    name: 'wireless-cell-20-video-voice',
    users: 20,
    config: {
      ...CELL,
      mac: { kind: 'm-lwdf', dropLate: true },
      users: {
        count: 20,
        mix: [
          { app: { kind: 'video', rate: '256kbps' }, qos: WITHIN_100_MS },
          { app: 'voice', qos: WITHIN_100_MS },
        ],
      },
    },
  },
];
