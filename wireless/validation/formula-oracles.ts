import { DEFAULT_RATE_DISTORTION, distortion, psnrDb } from '../app/rate-distortion.ts';
import { meanOpinionScore, ratingFactor } from '../app/voice-quality.ts';
import { exactChain, wangMoayeri } from '../channel/fsmc.ts';
import { bestBits, DEFAULT_MQAM_LINK } from '../energy/mqam.ts';
import { fromDb } from '../math/decibel.ts';
import { finiteQueue } from '../oracles/finite-queue.ts';
import { instantaneousThresholds, meanThresholds } from '../phy/amc.ts';
import { MODE_TABLES } from '../phy/modes.ts';
import { aimdRateBytesPerS, meanLossInterval, tfrcRateBytesPerS } from '../transport/tfrc-equation.ts';
import type { Oracle } from './oracle.ts';

const SNR_15_DB = fromDb(15);
const SLOT_S = 2e-3;
const EDGES = instantaneousThresholds(MODE_TABLES.TM2, 0.01);
const formula = (row: number, name: string, point: string, expected: number): Oracle => ({ row, name, point, expected, replica: null });

const staying = (fdT: number): number => wangMoayeri(EDGES, { meanSnr: SNR_15_DB, m: 1, dopplerHz: fdT / SLOT_S }, SLOT_S).transitions[8]!;

/** The target with the least loss, of 19 from 1e-5 to 10^-0.5. */
function bestTarget(arrivals: number): { readonly per: number; readonly loss: number } {
  const candidates = Array.from({ length: 19 }, (_, i) => {
    const per = 10 ** (-5 + i / 4);
    const chain = wangMoayeri(meanThresholds(MODE_TABLES.TM2Q, per, SNR_15_DB, 1), { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 }, SLOT_S);
    return { per, loss: finiteQueue({ arrivals, capacity: 50, service: [0, 1, 2, 3, 6, 9], per }, chain).loss };
  });
  return candidates.reduce((best, candidate) => (candidate.loss < best.loss ? candidate : best));
}

/** Rows 13, 19, 26, 27, 35, 36: formulas with nothing random behind them. */
export const FORMULA_ORACLES: readonly Oracle[] = [
  ...[0.01, 0.02, 0.05].map((fdT) => formula(13, 'Wang-Moayeri, staying in state 1', `TM2, 15 dB, f T = ${fdT}`, staying(fdT))),
  formula(
    13,
    'exact chain, way up from state 0',
    'TM2, 15 dB, f T = 0.02',
    exactChain(EDGES, { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 }, SLOT_S).transitions[1]!,
  ),
  ...[1, 2, 2.5, 3].map((arrivals) => formula(19, 'least loss over targets', `TM2Q, ${arrivals} a slot`, bestTarget(arrivals).loss)),
  formula(26, 'TFRC rate, bytes a second', 's = 1460 B, R = .1 s, p = .01', tfrcRateBytesPerS(1460, 0.1, 0.01)),
  formula(26, 'mean loss interval', 'open 50, then 100, 90, .. 30', meanLossInterval(50, [100, 90, 80, 70, 60, 50, 40, 30])),
  formula(27, 'Veno over Reno on random loss', 'kept .8, .5', aimdRateBytesPerS(1, 1, 1, 0.8) / aimdRateBytesPerS(1, 1, 1, 0.5)),
  formula(35, 'E-model, G.711', '150 ms, 1 %', meanOpinionScore(ratingFactor('G.711', 150, 0.01))),
  formula(35, 'E-model, G.729', '250 ms, 3 %', meanOpinionScore(ratingFactor('G.729', 250, 0.03))),
  ...[1, 5, 10, 20, 30, 50, 100].map((metres) =>
    formula(36, 'energy-optimal bits a symbol', `${metres} m`, bestBits(DEFAULT_MQAM_LINK, metres)),
  ),
  formula(36, 'rate-distortion, dB', '128 kb/s', psnrDb(distortion(DEFAULT_RATE_DISTORTION, 128))),
];
