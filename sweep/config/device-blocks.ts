import type { NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { Json, JsonBlock } from './tree.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');

/** `{ key: value }`, or nothing where there is none. */
const given = (key: string, value: Json): JsonBlock => (value === null ? {} : { [key]: value });
const givenSize = (key: string, bytes: number | null): JsonBlock => given(key, bytes === null ? null : sizeText(bytes));

/** The `nic` block of a resolved config. */
export function nicBlock({
  mtuBytes,
  headerBytes,
  ackBytes,
  acks,
  ackPriority,
  scheduler,
  controlBurst,
  maxFlows,
  pcieBps,
  channelBps,
}: NicSpec): JsonBlock {
  return {
    mtu: sizeText(mtuBytes),
    header: sizeText(headerBytes),
    ack: sizeText(ackBytes),
    acks: typeof acks === 'string' ? acks : { ...acks },
    ackPriority,
    scheduler,
    ...given('controlBurst', controlBurst),
    ...given('maxFlows', maxFlows),
    ...given('pcie', pcieBps === null ? null : formatQuantity(pcieBps, 'rate')),
    ...given('channelRate', channelBps === null ? null : formatQuantity(channelBps, 'rate')),
  };
}

/** The `switch` block of a resolved config: what follows from the fabric is left out. */
export function switchBlock(device: SwitchSpec): JsonBlock {
  return {
    kind: device.kind,
    ...kindBlock(device),
    ecn: ecnBlock(device),
    hash: device.hash,
    sameSalt: device.sameSalt,
    failHash: device.failHash,
    ...given('classWeights', device.classWeights?.slice(1) ?? null),
  };
}

function kindBlock(device: SwitchSpec): JsonBlock {
  switch (device.kind) {
    case 'droptail':
      return queueBlock(device.queueBytes);
    case 'composite':
      return {
        ...queueBlock(device.queueBytes),
        trim: device.trims,
        ...givenSize('headerQueue', device.headerQueueBytes),
        ...given('headerShare', device.headerShare),
      };
    case 'shared':
      return {
        buffer: sizeText(device.bufferBytes),
        shift: device.shift,
        ...given('egressShift', device.egressShift),
        reserve: sizeText(device.reserveBytes),
        ...givenSize('headroom', device.headroomBytes),
        resumeOffset: sizeText(device.resumeOffsetBytes),
        pfc: device.pfc,
      };
    case 'lossless-input':
      return { pause: sizeText(device.pauseBytes), resume: sizeText(device.resumeBytes) };
  }
}

const queueBlock = (bytes: number | null): JsonBlock =>
  given('queue', bytes === null ? null : bytes === Infinity ? 'infinite' : sizeText(bytes));

function ecnBlock({ ecn, ecnAt, ecnOnHostPorts }: SwitchSpec): Json {
  if (ecn === 'off') return 'off';
  const thresholds = ecn === null ? {} : { low: sizeText(ecn.lowBytes), high: sizeText(ecn.highBytes), probability: ecn.maxProbability };
  return { ...thresholds, at: ecnAt, hostPorts: ecnOnHostPorts };
}
