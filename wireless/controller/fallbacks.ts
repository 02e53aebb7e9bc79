import type { SignalId, UserSpec, WirelessScenario } from '../scenario.ts';

/** Loss target of an application that nobody has heard of. */
const DEFAULT_LOSS = 0.01;

/** What the link and the MAC of a cell may know of applications and queues. */
export interface CellKnowledge {
  /** The scenario with what its readers fall back on where a signal is switched off. */
  readonly scenario: WirelessScenario;
  /** The MAC knows delay bounds, and which flows are real-time. */
  readonly bounds: boolean;
  /** The MAC knows service classes. */
  readonly serviceClasses: boolean;
  /** MAC and link know classes of packets. */
  readonly packetClasses: boolean;
}

/**
 * The fallbacks of signals that the config switches off, for readers that read them every slot: without `queue` the MAC serves in order of
 * arrival and drops nothing; without `deadline` there are no bounds to schedule or drop by; without `trafficClass` all flows and packets are
 * of one class, and none is real-time; without `layer` all packets are equal; without `lossTarget` it is 0.01, and no rate is assured.
 */
export function knowledgeOf(scenario: WirelessScenario): CellKnowledge {
  const isOff = (id: SignalId): boolean => scenario.controller.signals[id]?.enabled === false;
  const [queue, deadline, trafficClass, layer] = [isOff('queue'), isOff('deadline'), isOff('trafficClass'), isOff('layer')];
  const { mac, arq, users } = scenario;
  return {
    scenario: {
      ...scenario,
      mac: { ...mac, kind: queue ? 'fifo' : mac.kind, dropLate: mac.dropLate && !queue && !deadline },
      arq: { ...arq, deadline: arq.deadline && !deadline, byClass: arq.byClass && !trafficClass && !layer },
      users: isOff('lossTarget') ? users.map(withoutTargets) : users,
    },
    bounds: !deadline && !trafficClass,
    serviceClasses: !trafficClass,
    packetClasses: !trafficClass && !layer,
  };
}

const withoutTargets = (user: UserSpec): UserSpec => ({ ...user, qos: { ...user.qos, loss: DEFAULT_LOSS, minRateBps: 0 } });
