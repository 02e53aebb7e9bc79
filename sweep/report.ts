import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { CellRecord } from '../analysis/rows.ts';
import { readCell, relabelled } from './cell-store.ts';
import type { ManifestHead } from './manifest.ts';
import { readManifest } from './manifest.ts';
import { StoredRecords } from './stored-records.ts';
import { writeAtomic } from './write-atomic.ts';

/**
 * Writes DIR/report.html and DIR/charts/*.svg, and removes charts that an earlier report left there. Drawing is loaded here, when it
 * is needed: it is the slowest import of a sweep.
 */
export async function writeReport(dir: string, manifest: ManifestHead, records: readonly CellRecord[]): Promise<void> {
  const { reportParts } = await import('../analysis/report/report.ts');
  const { renderSvgCharts } = await import('../analysis/charts/svg-charts.ts');
  const input = {
    title: manifest.report.title ?? manifest.name,
    description: { name: manifest.name, lines: manifest.description },
    manifest: { netsimVersion: manifest.netsim_version, configHash: manifest.config.config_sha256, configText: manifest.config.text },
    failures: manifest.failures.map(({ cell, message, repeat }) => ({ cell, message, repeat })),
    sweptKeys: manifest.swept_keys.filter((key) => key !== 'seed'),
    charts: manifest.report.charts,
    records,
    plotlyJs: plotlyBundle(),
    expectedCells: manifest.cells_total,
  };
  writeAtomic(join(dir, 'report.html'), reportParts(input));
  const folder = join(dir, 'charts');
  mkdirSync(folder, { recursive: true });
  const charts = renderSvgCharts(input);
  for (const file of readdirSync(folder)) if (file.endsWith('.svg') && !charts.has(file)) rmSync(join(folder, file));
  for (const [file, svg] of charts) writeAtomic(join(folder, file), svg);
}

/**
 * Writes the report of a result folder again, from its manifest and stored cells.
 *
 * @throws ConfigError when `dir` is no result folder
 */
export async function rebuildReport(dir: string): Promise<{ readonly cells: number; readonly missing: number }> {
  const manifest = readManifest(dir);
  const stored = new StoredRecords(dir);
  const records = manifest.cells.flatMap(({ run_id: runId, seed, swept }) => {
    const found = readCell(dir, runId);
    if (found.kind !== 'found') return [];
    return [stored.record(relabelled(found.cell.record, { runId, seed, swept }))];
  });
  await writeReport(dir, manifest, records);
  return { cells: records.length, missing: manifest.cells.length - records.length };
}

const plotlyBundle = (): string => readFileSync(createRequire(import.meta.url).resolve('plotly.js-cartesian-dist-min'), 'utf8');
