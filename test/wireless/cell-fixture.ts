import { ARCHITECTURES } from '../../wireless/controller/architectures.ts';
import type { ControllerKind, SignalId, SignalSpec, UserSpec, WirelessScenario } from '../../wireless/scenario.ts';
import { BLOCK_CHANNEL, ONE_LINK } from '../../wireless/validation/defaults.ts';

const VIDEO_USER: UserSpec = {
  channel: { ...BLOCK_CHANNEL, correlation: 'clarke', dopplerHz: 10, sinusoids: 16 },
  app: {
    kind: 'svc',
    fps: 30,
    gop: 'IBBPBBPBBPBB',
    layersBps: [128e3, 256e3, 512e3],
    sizeVariation: [0, 0, 0],
    fec: 'eep',
  },
  qos: { loss: 0.01, delayPs: 100e9, miss: 0.005, class: 'rtPS', minRateBps: 128e3 },
};

/** A cell of users with layered video under an architecture, as a config would set it. */
export function videoCell(
  kind: ControllerKind,
  users: number,
  snrDb: number,
  signals: Partial<Record<SignalId, Partial<SignalSpec>>> = {},
): WirelessScenario {
  const architecture = ARCHITECTURES[kind];
  const user = { ...VIDEO_USER, app: { ...VIDEO_USER.app, fec: architecture.protection } as UserSpec['app'] };
  return {
    ...ONE_LINK,
    slot: { ...ONE_LINK.slot, packetsPerSlot: 2 },
    phy: { ...ONE_LINK.phy, table: 'TM2Q', perTarget: architecture.perTarget },
    csi: { ...ONE_LINK.csi, delaySlots: 1 },
    arq: {
      ...ONE_LINK.arq,
      maxRetransmissions: architecture.maxRetransmissions,
      byClass: architecture.byClass,
      deadline: architecture.attemptsByDeadline,
    },
    queuePackets: 200,
    mac: { ...ONE_LINK.mac, kind: architecture.scheduler, dropLate: architecture.dropLate },
    controller: { kind, signals, periodPs: null, energyWeight: 0 },
    users: Array.from({ length: users }, () => ({ ...user, channel: { ...user.channel, snrDb } })),
    run: { warmupPs: 1e12, durationPs: 5e12, packets: null },
  };
}
