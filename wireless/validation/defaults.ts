import type { ChannelSpec } from '../../sim/base/radio-spec.ts';
import type { UserSpec, WirelessScenario } from '../scenario.ts';

/** The channel of the closed forms: Rayleigh, an independent fade each slot. */
export const BLOCK_CHANNEL: ChannelSpec = {
  snrDb: 15,
  budget: { distanceM: 100, exponent: 3.5, carrierHz: 2e9, bandwidthHz: 1.08e6, noiseFigureDb: 9, gainsDb: 0 },
  fading: 'nakagami',
  m: 1,
  riceFactor: 0,
  dopplerHz: 10,
  correlation: 'block',
  sinusoids: 64,
  fsmc: { kind: 'wm', onInvalid: 'refuse' },
  gilbertElliott: { goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 },
  shadowing: { sigmaDb: 0, correlationM: 50, speedMps: 0 },
};

export const ONE_USER: UserSpec = {
  channel: BLOCK_CHANNEL,
  app: { kind: 'full-buffer' },
  qos: { loss: 0.01, delayPs: null, miss: 0.005, class: 'BE', minRateBps: 0 },
};

/** One user with adaptive modes and truncated ARQ who always has something to send: what experiments change parts of. */
export const ONE_LINK: WirelessScenario = {
  system: 'wireless',
  name: 'one-link',
  seed: 1,
  slot: { durationPs: 2e9, packetBits: 1080, packetsPerSlot: 4 },
  phy: { table: 'TM2', rule: 'A', perTarget: null, fixedMode: null, power: 'constant' },
  csi: {
    estimator: 'perfect',
    pilots: 1,
    periodSlots: 1,
    delaySlots: 0,
    quantiser: 'mode',
    feedbackError: 0,
    olla: { on: false, bler: 0.1, upDb: 1, clampDb: 20 },
  },
  arq: {
    kind: 'truncated',
    maxRetransmissions: 2,
    harq: 'none',
    deadline: false,
    byClass: false,
    pauseNacks: null,
    pauseSlots: 0,
  },
  queuePackets: 50,
  mac: { kind: 'pf', averagingSlots: 1000, dropLate: false },
  transport: { kind: 'none', segmentBytes: 1460, lossClassifier: 'blind', zigzag: [-1, -0.5, 0, -0.5] },
  path: null,
  energy: {
    transmitW: 0.1,
    transmitCircuitW: 0.0982,
    receiveCircuitW: 0.1126,
    idleW: 0.03,
    sleepW: 1e-4,
    efficiency: 0.35,
    wakePs: 1e9,
    sleeps: false,
  },
  controller: { kind: 'layered', signals: {}, periodPs: null, energyWeight: 0 },
  users: [ONE_USER],
  run: { warmupPs: 0, durationPs: 100e12, packets: null },
};
