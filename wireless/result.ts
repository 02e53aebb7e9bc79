import { LayeredVideo } from './app/layered-video.ts';
import { VideoSource } from './app/video.ts';
import { VoiceSource } from './app/voice.ts';
import { WIRELESS_COLUMNS, type WirelessColumn } from './columns.ts';
import { CONGESTION, DEADLINE, DELIVERED, WIRELESS } from './link/pdu-queue.ts';
import { runCell, type WirelessCounts } from './run.ts';
import type { WirelessScenario } from './scenario.ts';
import { runTransport } from './transport/transport-run.ts';

export type WirelessResult = Readonly<Record<WirelessColumn, number | boolean | null>>;

const NOTHING: WirelessResult = Object.fromEntries(WIRELESS_COLUMNS.map((column) => [column, null])) as WirelessResult;

/**
 * Runs a wireless scenario: a cell, or a transport flow where there is a path. The same scenario gives the same result.
 *
 * @param shouldStop asked now and then; what it ends is marked as not finished
 * @throws ConfigError where a finite-state channel does not exist
 */
export function simulateWireless(scenario: WirelessScenario, shouldStop: () => boolean = () => false): WirelessResult {
  let wasStopped = false;
  const asked = (): boolean => (wasStopped ||= shouldStop());
  if (scenario.path !== null) return { ...transportResult(scenario), finished: true };
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
  const rates = users.map(({ deliveredPdus }) => deliveredPdus);
  const squares = rates.reduce((sum, rate) => sum + rate * rate, 0);
  const signalling = controllers.reduce((sum, { bus }) => sum + bus.bits, 0);
  const decisions = controllers.reduce((sum, { calibration }) => sum + calibration.decisions, 0);
  return {
    ...NOTHING,
    spectral_efficiency: left / (slots * slot.packetsPerSlot),
    residual_loss: ratio(left - delivered, left),
    packet_error_rate: ratio(
      total(({ failures }) => failures),
      attempts,
    ),
    goodput_bps: deliveredBits / seconds,
    loss_congestion: ratio(packets(CONGESTION), settled),
    loss_wireless: ratio(packets(WIRELESS), settled),
    loss_deadline: ratio(packets(DEADLINE), settled),
    psnr_db: meanOf(apps.map((app) => (app instanceof LayeredVideo || app instanceof VideoSource ? app.quality().psnrDb : null))),
    mos: meanOf(apps.map((app) => (app instanceof VoiceSource ? app.quality().mos : null))),
    delay_mean_ms: delays.length === 0 ? null : delays.reduce((sum, ps) => sum + ps, 0) / delays.length / 1e9,
    delay_p95_ms: percentileMs(delays, 0.95),
    delay_p99_ms: percentileMs(delays, 0.99),
    jitter_ms: ratio(
      total(({ jitterSumPs }) => jitterSumPs) / 1e9,
      total(({ delaysPs }) => Math.max(0, delaysPs.length - 1)),
    ),
    deadline_miss: ratio(missed, bounded),
    queue_mean_packets: total(({ queueSum }) => queueSum) / slots / users.length,
    outage: total(({ slotsInMode }) => slotsInMode[0]!) / slots / users.length,
    energy_per_bit_j: ratio(
      joules.reduce((sum, j) => sum + j, 0),
      deliveredBits,
    ),
    jain_index: squares === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) ** 2 / (rates.length * squares),
    signalling_bps: controllers.length === 0 ? null : signalling / seconds,
    predicted_psnr_db: ratio(
      controllers.reduce((sum, { calibration }) => sum + calibration.predictedPsnrDb, 0),
      decisions,
    ),
    slots,
  };
}

function transportResult({ transport, path, seed, run, slot }: WirelessScenario): WirelessResult {
  const durationPs = run.durationPs ?? (run.packets! / path!.rateBps) * transport.segmentBytes * 8e12;
  const { flow, competitor } = runTransport({ transport, path: path!, seed, warmupPs: run.warmupPs, durationPs });
  const seconds = durationPs / 1e12;
  const lost = flow.congestionLosses + flow.wirelessLosses;
  return {
    ...NOTHING,
    goodput_bps: (flow.deliveredBytes * 8) / seconds,
    residual_loss: ratio(lost, flow.sentPackets),
    loss_congestion: ratio(flow.congestionLosses, flow.sentPackets),
    loss_wireless: ratio(flow.wirelessLosses, flow.sentPackets),
    congestion_called_wireless: transport.kind === 'tfrc' ? ratio(flow.congestionCalledWireless, flow.congestionLosses) : null,
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

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null && !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Nearest rank. */
const percentileMs = (sorted: Float64Array, share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.ceil(share * sorted.length) - 1]! / 1e9;
