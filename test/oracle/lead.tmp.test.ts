import { fc, test } from '@fast-check/vitest';
import { scenarioCases } from './scenarios.ts';
import { inputOf, describeScenario } from './scenario-case.ts';
import { runOracle } from './oracle.ts';
import { runEngine } from './engine-run.ts';
import { hashLog } from './event-log.ts';
const n = Number(process.env.N ?? 300), seed = Number(process.env.SEED ?? 1);
function diffs(c: any): string[] {
  const input = inputOf(c);
  const o = runOracle(input); const e = runEngine(input);
  const out: string[] = [];
  for (const k of ['finished','completionPs','packets','packetHops','drops','retransmits','ecnMarks','queueMaxBytes','reorderMaxPackets'] as const) if (!Object.is(o[k], e[k])) out.push(`${k}: oracle ${o[k]} engine ${e[k]}`);
  for (const k of ['fctPs','linkLoadBytes','linkQueueMaxBytes'] as const) o[k].forEach((v, i) => { if (!Object.is(v, e[k][i])) out.push(`${k}[${i}] oracle ${v} engine ${e[k][i]}`); });
  o.nodeLogs.forEach((l, i) => { if (hashLog(l).packets !== e.packetHashes[i]) out.push(`hash node ${i}`); });
  return out;
}
test('x', () => {
const r = fc.check(fc.property(scenarioCases, (c: any) => { const d = diffs(c); if (d.length) throw new Error(d.slice(0, 6).join('\n')); }), { numRuns: n, seed });
console.log('failed', r.failed, 'runs', r.numRuns, 'shrinks', r.numShrinks);
if (r.failed) { console.log(String(r.errorInstance ?? r.error).slice(0, 800)); console.log(describeScenario(r.counterexample![0] as any)); }

}, 600000);
