import type { NicSpec } from '../base/device-spec.ts';
import type { GrantSpec, TransportSpec } from '../base/transport-spec.ts';
import { InternalError } from '../base/errors.ts';
import type { PacketBalancer } from '../balancing/packet-balancer.ts';
import type { Limits } from '../derive.ts';
import type { RecordLayout } from '../engine/record-layout.ts';
import type { CongestionControl } from './congestion-control.ts';
import { CoalescingReceiver } from './coalescing-receiver.ts';
import { CreditGate } from './credit-gate.ts';
import type { FlowTable } from './flow-table.ts';
import { GoBackNReceiver, GoBackNSender } from './go-back-n.ts';
import { LimitedReceiver } from './limited-receiver.ts';
import { PullState } from './pull-queue.ts';
import { RecordSender } from './record-sender.ts';
import { SackReceiver } from './sack-receiver.ts';
import { SelectiveRepeatReceiver } from './selective-repeat-receiver.ts';
import { SelectiveRepeatSender } from './selective-repeat-sender.ts';
import type { Receiver, Sender } from './sender.ts';

/** What the two ends of the flows of a run are made of. */
export interface TransportParts {
  readonly transport: TransportSpec;
  readonly nic: NicSpec;
  readonly flows: FlowTable;
  readonly limits: Limits;
  readonly lineRateBps: number;
  readonly control: CongestionControl;
  readonly balancer: PacketBalancer;
  /** Packets of one flow take different paths. */
  readonly isSprayed: boolean;
  /** What its balancer leaves of the receiver's bitmap; null: all of it. */
  readonly bitmapPackets: number | null;
  readonly clock: Float64Array;
  readonly layout: RecordLayout;
}

export interface TransportEnds {
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** null: senders need no credit. */
  readonly credit: CreditGate | null;
}

/** Sender and receiver for `transport.recovery` and `nic.acks`; the config allows only what goes together (docs/model-transport.md, 5). */
export function transportEnds(parts: TransportParts): TransportEnds {
  const { transport, nic, flows, control, balancer, clock } = parts;
  const every = typeof nic.acks === 'object' ? nic.acks.every : 1;
  const asksForAcks = nic.acks === 'uec-sack' || typeof nic.acks === 'object';
  if (transport.recovery === 'gbn') {
    return {
      sender: new GoBackNSender(flows, control, asksForAcks),
      receiver: new GoBackNReceiver(flows, transport.nackIntervalPs, every, clock),
      credit: null,
    };
  }
  const unlimited = outOfOrderReceiver(nic.acks, flows);
  const receiver = transport.reorderPackets === undefined ? unlimited : new LimitedReceiver(unlimited, transport.reorderPackets);
  const losses = balancer.hearsLosses ? balancer : null;
  if (transport.recovery === 'trim' || transport.recovery === 'timers') {
    const grants = grantsOf(transport);
    const credit = grants === null ? null : creditGate(grants, parts);
    const options = {
      clock,
      sackWord: parts.layout.sack,
      asksForAcks,
      rtoPs: parts.limits.rtoPs,
      losses: balancer.hearsTimeouts ? balancer : losses,
      credit,
    };
    return { sender: new RecordSender(flows, control, options), receiver, credit };
  }
  if (nic.acks === 'uec-sack') throw new InternalError('E932', `uec-sack with recovery ${transport.recovery}`);
  const needsRecords = control.needsRtt || balancer.needsRtt || balancer.hearsLosses;
  const sender = new SelectiveRepeatSender(flows, control, {
    recovers: transport.recovery === 'sr',
    isSprayed: parts.isSprayed,
    bitmapPackets: parts.bitmapPackets,
    asksForAcks,
    records: needsRecords ? { clock, losses } : null,
  });
  return { sender, receiver, credit: null };
}

/** What receivers grant the senders of a transport; null: they need no credit. */
export function grantsOf(transport: TransportSpec): GrantSpec | null {
  if (transport.kind === 'nscc') return transport.credit;
  return 'pullRate' in transport ? transport : null;
}

export const hasCredit = (transport: TransportSpec): boolean => grantsOf(transport) !== null;

function outOfOrderReceiver(acks: NicSpec['acks'], flows: FlowTable): Receiver {
  if (acks === 'uec-sack') return new SackReceiver(flows);
  return typeof acks === 'object' ? new CoalescingReceiver(flows, acks.every) : new SelectiveRepeatReceiver(flows);
}

function creditGate(spec: GrantSpec, { flows, limits, lineRateBps, clock, control }: TransportParts): CreditGate {
  return new CreditGate({
    flows: flows.flows,
    clock,
    fullBytes: flows.fullBytes,
    countsPackets: spec.kind === 'ndp',
    initialCredit:
      spec.kind === 'ndp' ? initialPackets(spec, flows.fullBytes, limits, lineRateBps) : maxCreditBytes(spec, limits, lineRateBps),
    windowAt: control.windowAt,
    windowStride: control.windowStride,
    rtsIntervalPs: limits.baseRttPs,
  });
}

function initialPackets(spec: GrantSpec, fullBytes: number, limits: Limits, lineRateBps: number): number {
  return spec.initialPackets ?? Math.ceil((limits.baseRttPs * lineRateBps) / 8e12 / fullBytes);
}

/** What the pull queues of the hosts share. */
export function pullState(
  spec: GrantSpec,
  { flows, limits, lineRateBps, clock }: Pick<TransportParts, 'flows' | 'limits' | 'lineRateBps' | 'clock'>,
): PullState {
  return new PullState({
    kind: spec.kind,
    flows: flows.flows,
    clock,
    fullBytes: flows.fullBytes,
    creditPerPullBytes: spec.creditPerPullBytes ?? 0,
    maxCreditBytes: maxCreditBytes(spec, limits, lineRateBps),
    pullRate: spec.pullRate,
    scaling: spec.scaling === undefined ? null : { ...spec.scaling, intervalPs: spec.scaling.intervalPs ?? limits.baseRttPs },
  });
}

/** Largest credit of a flow, wire bytes: 1.5 BDP, whole bytes. */
function maxCreditBytes(spec: GrantSpec, limits: Limits, lineRateBps: number): number {
  return spec.maxWindowBytes ?? Math.floor((1.5 * limits.baseRttPs * lineRateBps) / 8e12);
}
