import type { NicSpec } from '../../sim/base/device-spec.ts';
import type { GrantSpec, Recovery, TransportSpec } from '../../sim/base/transport-spec.ts';
import type { SwitchConfig } from './schema/devices.ts';
import type { TransportConfig } from './schema/transport.ts';

/** NACK interval of the HPCC simulator: normally one NACK for one expected packet. */
const NACK_INTERVAL_PS = 500e6;

/** The transport block as the simulator takes it. Defaults that follow from the fabric become null. */
export function transportSpec(transport: TransportConfig, acks: NicSpec['acks'], device: SwitchConfig): TransportSpec {
  const common = {
    recovery: recoveryOf(transport, acks, trims(device)),
    rtoPs: transport.rto ?? null,
    nackIntervalPs: transport.nackInterval ?? NACK_INTERVAL_PS,
    ...reorderPlaces(transport.outOfOrder),
  } as const;
  switch (transport.kind) {
    case 'fixed':
      return { kind: 'fixed', rateBps: transport.rate ?? null, windowBytes: transport.window ?? null, ...common };
    case 'dctcp': {
      const { kind, g, initialWindow, minWindow } = transport;
      return { kind, g, initialWindowBytes: initialWindow ?? null, minWindowBytes: minWindow ?? null, ...common };
    }
    case 'dctcp-rate': {
      const { kind, g, additiveIncrease, minRate } = transport;
      return { kind, g, additiveIncreaseBps: additiveIncrease, minRateBps: minRate, ...common };
    }
    case 'dctcp-uec': {
      const { kind, decrease, initialWindow, minWindow, maxWindow } = transport;
      return {
        kind,
        initialWindowBytes: initialWindow ?? null,
        minWindowBytes: minWindow ?? null,
        maxWindowBytes: maxWindow ?? null,
        decrease,
        ...common,
      };
    }
    case 'dcqcn': {
      const { kind, g, fastRecovery } = transport;
      return {
        kind,
        g,
        cnpIntervalPs: transport.cnpInterval,
        timerPs: transport.timer,
        byteCounterBytes: transport.byteCounter,
        fastRecovery,
        ...increases(transport),
        minRateBps: transport.minRate,
        ...common,
      };
    }
    case 'dcqcn-mlx': {
      const { kind, g, fastRecovery, clampTarget, firstCnpFactor } = transport;
      return {
        kind,
        g,
        alphaTimerPs: transport.alphaTimer,
        decreaseTimerPs: transport.decreaseTimer,
        increaseTimerPs: transport.increaseTimer,
        fastRecovery,
        ...increases(transport),
        minRateBps: transport.minRate,
        clampTarget,
        firstCnpFactor,
        ...common,
      };
    }
    case 'hpcc': {
      const { kind, eta, maxStage, additiveIncrease, minWindow } = transport;
      return { kind, eta, maxStage, additiveIncreaseBps: additiveIncrease ?? null, minWindowBytes: minWindow ?? null, ...common };
    }
    case 'timely': {
      const { kind, ewma, beta, hyperAfter } = transport;
      return {
        kind,
        ewma,
        beta,
        lowDelayPs: transport.lowDelay,
        highDelayPs: transport.highDelay,
        minRttPs: transport.minRtt,
        ...increases(transport),
        hyperAfter,
        minRateBps: transport.minRate,
        ...common,
      };
    }
    case 'swift': {
      const { kind, flowScaleMin, flowScaleMax, ai, beta, maxDecrease, median } = transport;
      return {
        kind,
        baseDelayPs: transport.baseDelay ?? null,
        hopScalePs: transport.hopScale ?? null,
        flowScalePs: transport.flowScale ?? null,
        flowScaleMin,
        flowScaleMax,
        ai,
        beta,
        maxDecrease,
        initialWindowBytes: transport.initialWindow ?? null,
        minWindowBytes: transport.minWindow,
        maxWindowBytes: transport.maxWindow ?? null,
        median,
        ...common,
      };
    }
    case 'nscc': {
      const { kind, proportional, fairIncrease, eta, fastIncrease, gamma, maxDecrease, averageWeight, quickAdaptGate, median } = transport;
      return {
        kind,
        referenceBdpBytes: transport.referenceBdp,
        referenceRttPs: transport.referenceRtt,
        targetDelayPs: transport.targetDelay ?? null,
        proportional,
        fairIncrease,
        eta,
        fastIncrease,
        fastDelayPs: transport.fastDelay,
        gamma,
        maxDecrease,
        averageWeight,
        adjustSizeBytes: transport.adjustSize ?? null,
        adjustTimePs: transport.adjustTime ?? null,
        quickAdaptDelayPs: transport.quickAdaptDelay ?? null,
        quickAdaptGate,
        maxWindowBytes: transport.maxWindow ?? null,
        minWindowBytes: transport.minWindow ?? null,
        median,
        credit: transport.credit === undefined ? null : grantSpec(transport.credit),
        ...common,
      };
    }
    case 'rccc-os': {
      const { interval, ecnWeight, ecnTarget, ecnGain, increase, minScale } = transport;
      return {
        ...grantSpec(transport),
        scaling: { intervalPs: interval ?? null, ecnWeight, ecnTarget, ecnGain, increase, minScale },
        ...common,
      };
    }
    case 'rccc':
    case 'eqds':
      return { ...grantSpec(transport), ...common };
    case 'ndp': {
      const { kind, initialPackets, pullRate } = transport;
      return { kind, maxWindowBytes: null, initialPackets: initialPackets ?? null, creditPerPullBytes: null, pullRate, ...common };
    }
  }
}

const reorderPlaces = (outOfOrder: TransportConfig['outOfOrder']): Pick<TransportSpec, 'reorderPackets'> =>
  outOfOrder === undefined || outOfOrder === 'place' ? {} : { reorderPackets: outOfOrder === 'drop' ? 0 : outOfOrder.buffer };

type GrantConfig = Pick<
  Extract<TransportConfig, { kind: 'rccc' | 'rccc-os' | 'eqds' }>,
  'kind' | 'maxWindow' | 'creditPerPull' | 'pullRate'
>;

const grantSpec = ({ kind, maxWindow, creditPerPull, pullRate }: GrantConfig): GrantSpec => ({
  kind,
  maxWindowBytes: maxWindow ?? null,
  initialPackets: null,
  creditPerPullBytes: creditPerPull,
  pullRate,
});

/** Whether receivers grant what this transport sends. */
export const grantsCredit = (transport: TransportConfig): boolean =>
  transport.kind === 'nscc' ? transport.credit !== undefined : 'pullRate' in transport;

/** Switches cut packets to their headers. */
const trims = (device: SwitchConfig): boolean => device.kind === 'composite' && device.trim;

/** The loss recovery of a transport: what it says, or what goes with its ACKs and switches. */
export function recoveryOf(transport: TransportConfig, acks: NicSpec['acks'], switchesTrim: boolean): Recovery {
  if (transport.recovery !== undefined) return transport.recovery;
  if (acks === 'none') return 'none';
  if (acks !== 'uec-sack' && !grantsCredit(transport)) return 'sr';
  return switchesTrim ? 'trim' : 'timers';
}

const increases = (transport: { additiveIncrease?: number | undefined; hyperIncrease?: number | undefined }) => ({
  additiveIncreaseBps: transport.additiveIncrease ?? null,
  hyperIncreaseBps: transport.hyperIncrease ?? null,
});
