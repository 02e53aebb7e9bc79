import type { CellRecord, Row, Value } from '../../../analysis/rows.ts';

/** The record of a wireless run with these columns; it has finished. */
export const wirelessRecord = (columns: Row, theory?: CellRecord['theory']): CellRecord => ({
  row: { spectral_efficiency: 1, ...columns, finished: true },
  fctPercentilesUs: null,
  fabricLinks: [],
  jobs: [],
  unfinishedReason: null,
  ...(theory === undefined ? {} : { theory }),
});

const SIGNAL_OFF = 'controller.signals.queue.enabled';

/** Runs of one setting with seeds 1, 2, 3: PSNR `psnrDb` and a little more for each seed. */
export function architectureRuns(
  snr: number,
  kind: string,
  psnrDb: number,
  powerW: number,
  energyWeight = 0,
  queue: Value = null,
): CellRecord[] {
  return [1, 2, 3].map((seed) =>
    wirelessRecord({
      run_id: `${snr}${kind}${energyWeight}${String(queue)}${seed}`,
      seed,
      'channel.snr': snr,
      'controller.kind': kind,
      'controller.energyWeight': energyWeight,
      [SIGNAL_OFF]: queue,
      psnr_db: psnrDb + seed + (kind === 'integrated' ? 0.01 * seed : 0),
      power_w: powerW,
    }),
  );
}

export const ARCHITECTURE_KEYS = ['channel.snr', 'controller.kind', 'controller.energyWeight', SIGNAL_OFF];

/** At 5 dB integrated wins by 2 dB, at 15 dB it loses 1 dB; without the queue's signal it has 0.5 dB less at both. */
export const architectureSweep = (): CellRecord[] =>
  [
    [5, 32],
    [15, 29],
  ].flatMap(([snr, psnr]) => [
    ...architectureRuns(snr!, 'layered', 30, 0.5),
    ...architectureRuns(snr!, 'integrated', psnr!, 0.5),
    ...architectureRuns(snr!, 'integrated', psnr! - 3, 0.3, 10),
    ...architectureRuns(snr!, 'integrated', psnr! - 0.5, 0.5, 0, false),
  ]);
