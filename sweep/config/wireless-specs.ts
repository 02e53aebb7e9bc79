import { ARCHITECTURES, type Architecture } from '../../wireless/controller/architectures.ts';
import type { ChannelSpec } from '../../sim/base/radio-spec.ts';
import type { AppSpec, QosSpec, SignalSpec, UserSpec, WirelessScenario } from '../../wireless/scenario.ts';
import type { AppConfig, ChannelConfig, QosConfig, WirelessConfig } from './schema/wireless.ts';

const DEFAULT_SNR_DB = 15;
const DEFAULT_PER_OF_RULE_B = 0.01;
const DEFAULT_DELAY_PS = 100e9;
const DEFAULT_PAUSE_SLOTS = 5;
const DEFAULT_DURATION_PS = 200e12;
/** Where no budget is given its place is taken, and no value of it matters. */
const NO_BUDGET = { distanceM: 1, exponent: 3.5, carrierHz: 2e9, bandwidthHz: 1.08e6, noiseFigureDb: 9, gainsDb: 0 };

/** What the controller of a config sets; null: there is none, and blocks have their own defaults. */
export const architectureOf = ({ controller }: WirelessConfig): Architecture | null =>
  controller === undefined ? null : ARCHITECTURES[controller.kind];

/** TM2 has a mode of 2.25 bits a symbol. */
export const packetsPerSlot = ({ slot, phy }: WirelessConfig): number => slot.packetsPerSlot ?? (phy.table === 'TM2' ? 4 : 2);

/** A valid config of kind wireless as the simulator takes it. */
export function wirelessScenario(config: WirelessConfig, name: string): WirelessScenario {
  const { slot, phy, csi, arq, mac, transport, energy, controller, run } = config;
  const architecture = architectureOf(config);
  return {
    system: 'wireless',
    name,
    seed: config.seed,
    slot: { durationPs: slot.duration, packetBits: slot.packet, packetsPerSlot: packetsPerSlot(config) },
    phy: { table: phy.table, rule: phy.rule, perTarget: perTarget(config), fixedMode: phy.fixedMode ?? null, power: phy.power },
    csi: {
      estimator: csi.estimator,
      pilots: csi.pilots,
      periodSlots: csi.periodSlots,
      delaySlots: csi.delaySlots ?? (config.channel.correlation === 'clarke' ? 1 : 0),
      quantiser: csi.quantiser === 'mode' ? 'mode' : { stepDb: csi.quantiser === 'none' ? 0 : csi.quantiser.step },
      feedbackError: csi.feedbackError,
      olla: { on: csi.olla.on, bler: csi.olla.bler, upDb: csi.olla.up, clampDb: csi.olla.clamp },
    },
    arq: {
      kind: arq.kind,
      maxRetransmissions: arq.maxRetransmissions ?? architecture?.maxRetransmissions ?? 2,
      harq: arq.harq,
      deadline: arq.deadline ?? architecture?.attemptsByDeadline ?? false,
      byClass: arq.byClass ?? architecture?.byClass ?? false,
      pauseNacks: arq.pauseNacks ?? null,
      pauseSlots: arq.pauseNacks === undefined ? 0 : (arq.pauseSlots ?? DEFAULT_PAUSE_SLOTS),
    },
    queuePackets: config.queue.packets,
    mac: {
      kind: mac.kind ?? architecture?.scheduler ?? 'pf',
      averagingSlots: mac.averagingSlots,
      dropLate: mac.dropLate ?? architecture?.dropLate ?? false,
    },
    transport: {
      kind: transport.kind ?? (config.path === undefined ? 'none' : 'tfrc'),
      segmentBytes: transport.segment,
      lossClassifier: transport.lossClassifier,
      zigzag: transport.zigzag,
    },
    path: pathSpec(config),
    energy: {
      transmitW: energy.transmit,
      transmitCircuitW: energy.transmitCircuit,
      receiveCircuitW: energy.receiveCircuit,
      idleW: energy.idle,
      sleepW: energy.sleep,
      efficiency: energy.efficiency,
      wakePs: energy.wake,
      sleeps: energy.sleeps,
    },
    controller: {
      kind: controller?.kind ?? 'layered',
      signals: signalSpecs(controller),
      periodPs: controller === undefined || controller.period === 'gop' ? null : controller.period,
      energyWeight: controller?.energyWeight ?? 0,
    },
    users: userSpecs(config, architecture),
    run: {
      warmupPs: run.warmup,
      ...(run.packets === undefined
        ? { durationPs: run.duration ?? DEFAULT_DURATION_PS, packets: null }
        : { durationPs: null, packets: run.packets }),
    },
  };
}

function perTarget(config: WirelessConfig): number | null {
  const { perTarget: written, rule } = config.phy;
  if (written === 'from-loss') return null;
  return written ?? architectureOf(config)?.perTarget ?? (rule === 'B' ? DEFAULT_PER_OF_RULE_B : null);
}

function pathSpec({ path }: WirelessConfig): WirelessScenario['path'] {
  if (path === undefined) return null;
  const { rate, queuePackets, delay, crossTraffic, wirelessLoss, wireless, competingTcp } = path;
  const loss = wirelessLoss === 'cell' ? null : wirelessLoss;
  return { rateBps: rate, queuePackets, delayPs: delay, crossTraffic, wirelessLoss: loss, wireless, competingTcp };
}

function signalSpecs(controller: WirelessConfig['controller']): WirelessScenario['controller']['signals'] {
  const changed = Object.entries(controller?.signals ?? {}).flatMap(([id, signal]): [string, Partial<SignalSpec>][] => {
    if (signal === undefined) return [];
    const { delay, enabled, bits, lossProbability, inBand } = signal;
    const spec = { enabled, delayPs: delay, bits, lossProbability, inBand };
    return [[id, Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined))]];
  });
  return Object.fromEntries(changed);
}

/** What an entry of users.mix, or all users, are made of. */
interface UserConfig {
  readonly channel: ChannelConfig;
  readonly app: AppConfig;
  readonly qos: QosConfig;
}

/** The distinct users of a config, with where each stands in it. */
export function userConfigs({ users, channel, app, qos }: WirelessConfig): readonly (UserConfig & { readonly at: readonly string[] })[] {
  const shared = { channel, app: app ?? ({ kind: 'full-buffer' } as const), qos };
  if (typeof users === 'number') return [{ ...shared, at: [] }];
  return users.mix.map((entry, i) => ({
    channel: entry.channel ?? shared.channel,
    app: entry.app ?? shared.app,
    qos: entry.qos ?? shared.qos,
    at: ['users', 'mix', String(i)],
  }));
}

function userSpecs(config: WirelessConfig, architecture: Architecture | null): UserSpec[] {
  const entries = userConfigs(config).map(({ channel, app, qos }) => ({
    channel: channelSpec(channel),
    app: appSpec(app, architecture),
    qos: qosSpec(qos, app),
  }));
  const count = typeof config.users === 'number' ? config.users : config.users.count;
  return Array.from({ length: count }, (_, i) => entries[i % entries.length]!);
}

function channelSpec(channel: ChannelConfig): ChannelSpec {
  const { budget, shadowing } = channel;
  return {
    snrDb: budget === undefined ? (channel.snr ?? DEFAULT_SNR_DB) : null,
    budget:
      budget === undefined
        ? NO_BUDGET
        : {
            distanceM: budget.distance,
            exponent: budget.exponent,
            carrierHz: budget.carrier,
            bandwidthHz: budget.bandwidth,
            noiseFigureDb: budget.noiseFigure,
            gainsDb: budget.gains,
          },
    fading: channel.fading,
    m: channel.m,
    riceFactor: channel.riceFactor,
    dopplerHz: channel.doppler,
    correlation: channel.correlation,
    sinusoids: channel.sinusoids,
    fsmc: channel.fsmc,
    gilbertElliott: channel.gilbertElliott,
    shadowing: { sigmaDb: shadowing.sigma, correlationM: shadowing.correlation, speedMps: shadowing.speed },
  };
}

/** @param architecture null: there is no controller */
export function appSpec(app: AppConfig, architecture: Architecture | null): AppSpec {
  switch (app.kind) {
    case 'full-buffer':
    case 'poisson':
    case 'bernoulli':
      return app;
    case 'cbr':
      return { kind: 'cbr', rateBps: app.rate, packetBytes: app.packet };
    case 'on-off':
      return { kind: 'on-off', rateBps: app.rate, packetBytes: app.packet, onPs: app.on, offPs: app.off };
    case 'video': {
      const { kind, fps, gop, rate, sizeVariation } = app;
      return { kind, fps, gop, layersBps: [rate], sizeVariation, fec: 'none' };
    }
    case 'svc': {
      const { kind, fps, gop, layers, fec } = app;
      const protection = fec ?? architecture?.protection ?? 'none';
      return { kind, fps, gop, layersBps: layers, sizeVariation: [0, 0, 0], fec: protection };
    }
    case 'voice': {
      const { kind, codec, frame, every, on, off, playout } = app;
      const spec = playout === 'adaptive' ? ({ kind: 'adaptive' } as const) : ({ kind: 'fixed', bufferPs: playout } as const);
      return { kind, codec, frameBytes: frame, framePs: every, onPs: on, offPs: off, playout: spec };
    }
  }
}

const isRealTime = ({ kind }: AppConfig): boolean => kind === 'video' || kind === 'svc' || kind === 'voice';

function qosSpec({ loss, delay, miss, class: written, minRate }: QosConfig, app: AppConfig): QosSpec {
  const delayPs = delay === 'none' ? null : (delay ?? (isRealTime(app) ? DEFAULT_DELAY_PS : null));
  const serviceClass = written ?? (app.kind === 'voice' ? 'UGS' : isRealTime(app) ? 'rtPS' : 'BE');
  return { loss, delayPs, miss, class: serviceClass, minRateBps: minRate };
}
