import { formatQuantity, type Dimension } from '../../sim/base/quantity.ts';
import type { ChannelSpec } from '../../sim/base/radio-spec.ts';
import type { AppSpec, QosSpec, SignalSpec, UserSpec, WirelessScenario } from '../../wireless/scenario.ts';
import type { JsonBlock } from './tree.ts';
import { type UnusedKey, unusedOfCell, unusedOfTransport, unusedOfUser } from './unused-wireless.ts';

const text =
  (dimension: Dimension) =>
  (value: number): string =>
    formatQuantity(value, dimension);
const time = text('time');
const bytes = text('bytes');
const rate = text('rate');
const db = text('decibels');
const hertz = text('frequency');
const watts = text('power');
const metres = text('distance');

/** `{ key: value }`, or nothing for null. */
const given = (key: string, value: number | string | null): JsonBlock => (value === null ? {} : { [key]: value });

/** The config of one wireless run, written out with every default that has an effect; as a config file it gives the same run again. */
export function resolvedWirelessConfig(scenario: WirelessScenario): JsonBlock {
  const unused = [...unusedOfTransport(scenario), ...unusedOfCell(scenario)];
  return without(
    blocksOf(scenario, (user, blocks) => without(blocks, unusedOfUser(user, scenario))),
    unused,
  );
}

/** What identifies a run: the same with the keys that have no effect, so that a sweep may vary what only some of its combinations use. */
export const wirelessIdentity = (scenario: WirelessScenario): JsonBlock => blocksOf(scenario, (_, blocks) => blocks);

/** A config less some keys, and less the blocks that they leave empty. */
function without(config: JsonBlock, unused: readonly UnusedKey[]): JsonBlock {
  return unused.reduce((rest, { path }) => lessKey(rest, path), config);
}

function lessKey(block: JsonBlock, [key, ...below]: readonly string[]): JsonBlock {
  const value = block[key!];
  if (value === undefined) return block;
  const { [key!]: _, ...others } = block;
  if (below.length === 0) return others;
  const rest = lessKey(value as JsonBlock, below);
  return Object.keys(rest).length === 0 ? others : { ...block, [key!]: rest };
}

type OfUser = (user: UserSpec, blocks: JsonBlock) => JsonBlock;

function blocksOf(scenario: WirelessScenario, ofUser: OfUser): JsonBlock {
  const { name, seed, run, path } = scenario;
  return {
    name,
    kind: 'wireless',
    seed,
    ...(path === null ? cellBlocks(scenario, ofUser) : pathBlocks(scenario, path, ofUser)),
    run: {
      ...(run.durationPs === null ? { packets: run.packets } : { duration: time(run.durationPs) }),
      warmup: time(run.warmupPs),
    },
  };
}

/** Only what a flow over a path depends on; of a cell behind it all but what adapts video. */
function pathBlocks(scenario: WirelessScenario, path: NonNullable<WirelessScenario['path']>, ofUser: OfUser): JsonBlock {
  const { kind, segmentBytes, lossClassifier, zigzag } = scenario.transport;
  const { rateBps, queuePackets, delayPs, crossTraffic, wirelessLoss, wireless, competingTcp } = path;
  const cell = path.wirelessLoss === null ? lessKey(cellBlocks(scenario, ofUser), ['controller']) : {};
  return {
    // The one user of such a cell receives the flow.
    ...(scenario.users.length === 1 ? lessKey(cell, ['app']) : cell),
    transport: { kind, segment: bytes(segmentBytes), lossClassifier, zigzag },
    path: {
      rate: rate(rateBps),
      queuePackets,
      delay: time(delayPs),
      crossTraffic,
      wirelessLoss: wirelessLoss ?? 'cell',
      wireless,
      competingTcp,
    },
  };
}

function cellBlocks({ slot, phy, csi, arq, queuePackets, mac, energy, controller, users }: WirelessScenario, ofUser: OfUser): JsonBlock {
  return {
    slot: { duration: time(slot.durationPs), packet: formatQuantity(slot.packetBits, 'bits'), packetsPerSlot: slot.packetsPerSlot },
    phy: {
      table: phy.table,
      rule: phy.rule,
      perTarget: phy.perTarget ?? 'from-loss',
      ...given('fixedMode', phy.fixedMode),
      power: phy.power,
    },
    csi: {
      estimator: csi.estimator,
      pilots: csi.pilots,
      periodSlots: csi.periodSlots,
      delaySlots: csi.delaySlots,
      quantiser: csi.quantiser === 'mode' ? 'mode' : csi.quantiser.stepDb === 0 ? 'none' : { step: db(csi.quantiser.stepDb) },
      feedbackError: csi.feedbackError,
      olla: { on: csi.olla.on, bler: csi.olla.bler, up: db(csi.olla.upDb), clamp: db(csi.olla.clampDb) },
    },
    arq: {
      kind: arq.kind,
      ...(arq.kind === 'truncated' ? { maxRetransmissions: arq.maxRetransmissions } : {}),
      harq: arq.harq,
      deadline: arq.deadline,
      byClass: arq.byClass,
      ...(arq.pauseNacks === null ? {} : { pauseNacks: arq.pauseNacks, pauseSlots: arq.pauseSlots }),
    },
    queue: { packets: queuePackets },
    mac: { kind: mac.kind, averagingSlots: mac.averagingSlots, dropLate: mac.dropLate },
    ...usersBlocks(users, ofUser),
    energy: {
      transmit: watts(energy.transmitW),
      transmitCircuit: watts(energy.transmitCircuitW),
      receiveCircuit: watts(energy.receiveCircuitW),
      idle: watts(energy.idleW),
      sleep: watts(energy.sleepW),
      efficiency: energy.efficiency,
      wake: time(energy.wakePs),
      sleeps: energy.sleeps,
    },
    controller: {
      kind: controller.kind,
      signals: Object.fromEntries(Object.entries(controller.signals).map(([id, signal]) => [id, signalBlock(signal)])),
      period: controller.periodPs === null ? 'gop' : time(controller.periodPs),
      energyWeight: controller.energyWeight,
    },
  };
}

const signalBlock = ({ delayPs, ...others }: Partial<SignalSpec>): JsonBlock => ({
  ...others,
  ...(delayPs === undefined ? {} : { delay: time(delayPs) }),
});

/** Users repeat the first few of them. */
function usersBlocks(users: readonly UserSpec[], ofUser: OfUser): JsonBlock {
  const blocks = users.map((user): JsonBlock => {
    const { channel, app, qos } = user;
    return ofUser(user, { channel: channelBlock(channel), app: appBlock(app), qos: qosBlock(qos) });
  });
  const texts = blocks.map((block) => JSON.stringify(block));
  const period = texts.findIndex((_, p) => p > 0 && texts.every((own, i) => own === texts[i % p]));
  const distinct = blocks.slice(0, period < 0 ? blocks.length : period);
  if (distinct.length === 1) return { ...distinct[0]!, users: users.length };
  return { users: { count: users.length, mix: distinct } };
}

function channelBlock(channel: ChannelSpec): JsonBlock {
  const { budget, shadowing } = channel;
  return {
    ...(channel.snrDb === null
      ? {
          budget: {
            distance: metres(budget.distanceM),
            exponent: budget.exponent,
            carrier: hertz(budget.carrierHz),
            bandwidth: hertz(budget.bandwidthHz),
            noiseFigure: db(budget.noiseFigureDb),
            gains: db(budget.gainsDb),
          },
        }
      : { snr: db(channel.snrDb) }),
    fading: channel.fading,
    m: channel.m,
    riceFactor: channel.riceFactor,
    doppler: hertz(channel.dopplerHz),
    correlation: channel.correlation,
    sinusoids: channel.sinusoids,
    fsmc: { ...channel.fsmc },
    gilbertElliott: { ...channel.gilbertElliott },
    shadowing: {
      sigma: db(shadowing.sigmaDb),
      correlation: metres(shadowing.correlationM),
      speed: formatQuantity(shadowing.speedMps, 'speed'),
    },
  };
}

function appBlock(app: AppSpec): JsonBlock {
  switch (app.kind) {
    case 'full-buffer':
    case 'poisson':
    case 'bernoulli':
      return { ...app };
    case 'cbr':
      return { kind: app.kind, rate: rate(app.rateBps), packet: bytes(app.packetBytes) };
    case 'on-off':
      return { kind: app.kind, rate: rate(app.rateBps), packet: bytes(app.packetBytes), on: time(app.onPs), off: time(app.offPs) };
    case 'video':
      return { kind: app.kind, fps: app.fps, gop: app.gop, rate: rate(app.layersBps[0]!), sizeVariation: app.sizeVariation };
    case 'svc':
      return { kind: app.kind, fps: app.fps, gop: app.gop, layers: app.layersBps.map(rate), fec: app.fec };
    case 'voice': {
      const playout = app.playout.kind === 'fixed' ? time(app.playout.bufferPs) : 'adaptive';
      const periods = { every: time(app.framePs), on: time(app.onPs), off: time(app.offPs) };
      return { kind: app.kind, codec: app.codec, frame: bytes(app.frameBytes), ...periods, playout };
    }
  }
}

const qosBlock = ({ loss, delayPs, miss, class: serviceClass, minRateBps }: QosSpec): JsonBlock => ({
  loss,
  delay: delayPs === null ? 'none' : time(delayPs),
  miss,
  class: serviceClass,
  minRate: rate(minRateBps),
});
