import type { App, Quality } from './app/app.ts';
import { WIRELESS_COLUMNS, type WirelessColumn } from './columns.ts';
import { CONGESTION, DEADLINE, DELIVERED, WIRELESS } from './link/pdu-queue.ts';
import { runCell, type WirelessCounts } from './run.ts';
import type { WirelessScenario } from './scenario.ts';
import { runCellPath, transportSpec } from './transport/cell-path.ts';
import { runTransport, type TransportCounts } from './transport/transport-run.ts';

export type WirelessResult = Readonly<Record<WirelessColumn, number | boolean | null>>;

const NOTHING: WirelessResult = Object.fromEntries(WIRELESS_COLUMNS.map((column) => [column, null])) as WirelessResult;

/**
 * Runs a wireless scenario: a cell, a transport flow over a path, or a flow over a path that ends in a cell. The same scenario gives the
 * same result.
 *
 * @param shouldStop asked now and then; what it ends is marked as not finished
 * @returns the columns of docs/wireless.md section 3 under their names; units are in them, null is what the run does not know
 * @throws ConfigError where a finite-state channel does not exist, a slot would carry parts of packets, or a video has too little rate
 */
export function simulateWireless(scenario: WirelessScenario, shouldStop: () => boolean = () => false): WirelessResult {
  let wasStopped = false;
  const asked = (): boolean => (wasStopped ||= shouldStop());
  const { path } = scenario;
  if (path !== null && path.wirelessLoss !== null) {
    const flow = transportColumns(scenario, runTransport(transportSpec(scenario, path), asked));
    return { ...NOTHING, ...flow, finished: !wasStopped };
  }
  if (path !== null) {
    const { counts, ...transport } = runCellPath(scenario, path, asked);
    return { ...cellResult(scenario, counts), ...transportColumns(scenario, transport), finished: !wasStopped };
  }
  const counts = runCell(scenario, asked);
  return { ...cellResult(scenario, counts), finished: counts.isWhole && !wasStopped };
}

function cellResult({ slot, users: specs }: WirelessScenario, { slots, users, joules, apps, controllers }: WirelessCounts): WirelessResult {
  const seconds = (slots * slot.durationPs) / 1e12;
  const total = (of: (counts: WirelessCounts['users'][number], user: number) => number): number =>
    users.reduce((sum, counts, user) => sum + of(counts, user), 0);
  const delivered = total(({ deliveredPdus }) => deliveredPdus);
  const left = delivered + total(({ givenUpPdus }) => givenUpPdus);
  const attempts = total((counts) => counts.attempts);
  const packets = (outcome: number): number => total((counts) => counts.packets[outcome]!);
  const settled = packets(DELIVERED) + packets(CONGESTION) + packets(WIRELESS) + packets(DEADLINE);
  const delays = joined(users.map(({ delaysPs }) => delaysPs.trimmed())).sort();
  const isBounded = (user: number): boolean => specs[user]!.qos.delayPs !== null;
  const bounded = total((counts, user) => (isBounded(user) ? counts.packets.reduce((sum, n) => sum + n, 0) : 0));
  const missed = total((counts, user) =>
    isBounded(user) ? counts.lateness + counts.packets[CONGESTION]! + counts.packets[WIRELESS]! + counts.packets[DEADLINE]! : 0,
  );
  const deliveredBits = delivered * slot.packetBits;
  const spentJ = joules.reduce((sum, j) => sum + j, 0);
  const rates = users.map(({ deliveredPdus }) => deliveredPdus);
  const squares = rates.reduce((sum, rate) => sum + rate * rate, 0);
  const signalling = controllers.reduce((sum, { bus }) => sum + bus.bits, 0);
  const decisions = controllers.reduce((sum, { calibration }) => sum + calibration.decisions, 0);
  return {
    ...NOTHING,
    spectral_efficiency: ratio(left, slots * slot.packetsPerSlot),
    residual_loss: ratio(left - delivered, left),
    packet_error_rate: ratio(
      total(({ failures }) => failures),
      attempts,
    ),
    goodput_bps: ratio(deliveredBits, seconds),
    loss_congestion: ratio(packets(CONGESTION), settled),
    loss_wireless: ratio(packets(WIRELESS), settled),
    loss_deadline: ratio(packets(DEADLINE), settled),
    packet_loss: ratio(settled - packets(DELIVERED), settled),
    ...qualityColumns(apps),
    delay_mean_ms: delays.length === 0 ? null : delays.reduce((sum, ps) => sum + ps, 0) / delays.length / 1e9,
    delay_p95_ms: percentileMs(delays, 0.95),
    delay_p99_ms: percentileMs(delays, 0.99),
    jitter_ms: ratio(
      total(({ jitterSumPs }) => jitterSumPs) / 1e9,
      total(({ delaysPs }) => Math.max(0, delaysPs.length - 1)),
    ),
    deadline_miss: ratio(missed, bounded),
    queue_mean_packets: ratio(
      total(({ queueSum }) => queueSum),
      slots * users.length,
    ),
    outage: ratio(
      total(({ slotsInMode }) => slotsInMode[0]!),
      slots * users.length,
    ),
    energy_per_bit_j: ratio(spentJ, deliveredBits),
    power_w: ratio(spentJ, seconds),
    jain_index: squares === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) ** 2 / (rates.length * squares),
    signalling_bps: controllers.length === 0 ? null : ratio(signalling, seconds),
    predicted_psnr_db: ratio(
      controllers.reduce((sum, { calibration }) => sum + calibration.predictedPsnrDb, 0),
      decisions,
    ),
    slots,
  };
}

function qualityColumns(apps: readonly App[]): Partial<WirelessResult> {
  const qualities = apps.flatMap((app) => app.quality?.() ?? []);
  const [video, voice] = [true, false].map((isVideo) => qualities.filter(({ psnrDb }) => (psnrDb !== undefined) === isVideo));
  const mos = (of: readonly Quality[]): number | null => meanOf(of.map((each) => each.mos));
  const stalls = qualities.map((each) => each.stalls);
  const units = stalls.reduce((sum, each) => sum + each.units, 0);
  return {
    psnr_db: meanOf(video!.map(({ psnrDb }) => psnrDb!)),
    mos: mos(qualities),
    video_mos: mos(video!),
    voice_mos: mos(voice!),
    rebuffer_count: units === 0 ? null : stalls.reduce((sum, { count }) => sum + count, 0),
    rebuffer_ratio: ratio(
      stalls.reduce((sum, { missing }) => sum + missing, 0),
      units,
    ),
  };
}

/** What a flow over a path measures: its own packets, from end to end. */
function transportColumns(
  { transport, slot }: WirelessScenario,
  { flow, competitor, durationPs }: TransportCounts,
): Partial<WirelessResult> {
  const seconds = durationPs / 1e12;
  const lost = flow.congestionLosses + flow.wirelessLosses + flow.deadlineLosses;
  return {
    goodput_bps: ratio(flow.deliveredBytes * 8, seconds),
    residual_loss: ratio(lost, flow.sentPackets),
    loss_congestion: ratio(flow.congestionLosses, flow.sentPackets),
    loss_wireless: ratio(flow.wirelessLosses, flow.sentPackets),
    packet_loss: ratio(lost, flow.sentPackets),
    loss_deadline: ratio(flow.deadlineLosses, flow.sentPackets),
    congestion_called_wireless:
      transport.kind === 'tfrc' ? ratio(flow.congestionCalledWireless, flow.congestionLosses + flow.deadlineLosses) : null,
    wireless_called_congestion: transport.kind === 'tfrc' ? ratio(flow.wirelessCalledCongestion, flow.wirelessLosses) : null,
    friendliness: competitor === null ? null : ratio(competitor.deliveredBytes, flow.deliveredBytes),
    slots: Math.round(durationPs / slot.durationPs),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** null where there is nothing to divide by. */
const ratio = (a: number, b: number): number | null => (b === 0 ? null : a / b);

function meanOf(values: readonly number[]): number | null {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Nearest rank. */
const percentileMs = (sorted: Float64Array, share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.ceil(share * sorted.length) - 1]! / 1e9;
