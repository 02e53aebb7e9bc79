import { describe, expect, test } from 'vitest';
import { runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

const FABRIC = `topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }
workload: { kind: permutation, size: 1MiB }
`;
const cellOf = async (text: string) => runSingle(await loadText(`${FABRIC}${text}\n`));

describe('a probes block', () => {
  test.each([
    ['probes: { every: 1us }', { everyPs: 1e6, what: ['queues', 'links', 'pauses', 'reorder'], links: 'all' }],
    ['probes: { every: 10ns, what: [pauses, queues], links: fabric }', { everyPs: 10_000, what: ['pauses', 'queues'], links: 'fabric' }],
    [
      'probes: { every: 1ms, links: [leaf0-spine1, host3-leaf0, spine2] }',
      { everyPs: 1e9, links: ['leaf0-spine1', 'host3-leaf0', 'spine2'] },
    ],
  ])('%s becomes a ProbeSpec, and the resolved config gives it again', async (text, spec) => {
    const cell = await cellOf(text);
    expect(cell.scenario.probes).toMatchObject(spec);
    const again = await runSingle(await loadText(JSON.stringify(cell.config)));
    expect(again.scenario.probes).toEqual(cell.scenario.probes);
    expect(again.runId).toBe(cell.runId);
  });

  test('that is absent leaves the config and the id of a run as they were', async () => {
    const cell = await cellOf('');
    expect(cell.scenario.probes).toBeNull();
    expect(cell.config).not.toHaveProperty('probes');
    expect((await cellOf('probes: { every: 1us }')).runId).not.toBe(cell.runId);
  });
});
