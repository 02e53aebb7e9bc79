import type { NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import type { EcnConfig, NicConfig, SwitchConfig } from './schema/devices.ts';

/** Lossless input queues of htsim, in packets. */
const PAUSE_PACKETS = 15;
const RESUME_PACKETS = 12;

/** The NIC of a valid config, as the simulator takes it. */
export function nicSpec(nic: NicConfig, switchKind: SwitchConfig['kind']): NicSpec {
  return {
    mtuBytes: nic.mtu,
    headerBytes: nic.header,
    ackBytes: nic.ack,
    acks: nic.acks,
    ackPriority: nic.ackPriority ?? (switchKind === 'composite' ? 'high' : 'data'),
    scheduler: nic.scheduler,
    controlBurst: nic.controlBurst ?? null,
    maxFlows: nic.maxFlows ?? null,
    pcieBps: nic.pcie ?? null,
    channelBps: nic.channelRate ?? null,
  };
}

/** The switches of a valid config; what follows from the base round-trip time becomes null. */
export function switchSpec(device: SwitchConfig, mtuBytes: number, hostRateBps: number): SwitchSpec {
  switch (device.kind) {
    case undefined:
    case 'droptail':
      return { kind: 'droptail', queueBytes: queueBytes(device.queue), ...commonSpec(device, 'enqueue') };
    case 'composite': {
      const { kind, queue, trim, headerQueue, headerShare } = device;
      const headers = { headerQueueBytes: headerQueue ?? null, headerShare: headerShare ?? null };
      return { kind, queueBytes: queueBytes(queue), trims: trim, ...headers, ...commonSpec(device, 'dequeue-after') };
    }
    case 'shared': {
      const { kind, buffer, shift, egressShift, reserve, headroom, resumeOffset, pfc } = device;
      return {
        kind,
        queueBytes: null,
        bufferBytes: buffer ?? defaultBufferBytes(hostRateBps),
        shift,
        egressShift: egressShift ?? null,
        reserveBytes: reserve,
        headroomBytes: headroom ?? null,
        resumeOffsetBytes: resumeOffset,
        pfc,
        ...commonSpec(device, 'dequeue-after'),
      };
    }
    case 'lossless-input': {
      const pauseBytes = device.pause ?? PAUSE_PACKETS * mtuBytes;
      const resumeBytes = device.resume ?? Math.min(RESUME_PACKETS * mtuBytes, pauseBytes);
      return { kind: device.kind, queueBytes: null, pauseBytes, resumeBytes, ...commonSpec(device, 'dequeue-after') };
    }
  }
}

/** As HPCC's published script sizes it: 32 MiB at 100 Gb/s, in proportion at other rates. */
export const defaultBufferBytes = (hostRateBps: number): number => Math.ceil(16 * 2 ** 20 * (hostRateBps / 50e9));

const queueBytes = (queue: number | 'infinite' | undefined): number | null => (queue === 'infinite' ? Infinity : (queue ?? null));

type CommonSpec = Pick<SwitchSpec, 'ecn' | 'ecnAt' | 'ecnOnHostPorts' | 'hash' | 'sameSalt' | 'failHash' | 'classWeights'>;

function commonSpec({ ecn, hash, sameSalt, failHash, classWeights }: SwitchConfig, ecnAt: SwitchSpec['ecnAt']): CommonSpec {
  return { ...ecnSpec(ecn, ecnAt), hash, sameSalt, failHash, classWeights: classWeights === undefined ? null : [0, ...classWeights] };
}

function ecnSpec(ecn: EcnConfig, ecnAt: SwitchSpec['ecnAt']): Pick<SwitchSpec, 'ecn' | 'ecnAt' | 'ecnOnHostPorts'> {
  if (ecn === undefined || ecn === 'off') return { ecn: ecn ?? null, ecnAt, ecnOnHostPorts: true };
  const { low, high, probability = 1, at = ecnAt, hostPorts } = ecn;
  const thresholds = low === undefined || high === undefined ? null : { lowBytes: low, highBytes: high, maxProbability: probability };
  return { ecn: thresholds, ecnAt: at, ecnOnHostPorts: hostPorts };
}
