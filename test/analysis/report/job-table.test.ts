import { expect, test } from 'vitest';
import { renderReport } from '../../../analysis/report/report.ts';
import { exampleSweep } from '../example-records.ts';

const line = (job: string, us: number) => ({
  job,
  completion_time_us: us,
  slowdown: us / 10,
  fct_mean_us: us / 2,
  fct_p99_us: us,
  flows: 8,
  finished: true,
});

test('the report has a line a combination and job, with means over the seeds; without several jobs there is no such section', () => {
  const example = exampleSweep({ grid: { balancer: ['ecmp', 'spray'] }, seeds: 2 });
  const input = { ...example, title: 'Jobs', manifest: { netsimVersion: '0.1.0', configHash: 'ab', configText: '' }, plotlyJs: '' };
  expect(renderReport(input)).not.toContain('id="section-jobs"');
  const records = input.records.map((record) => {
    const us = record.row['seed'] === 1 ? 20 : 40;
    return { ...record, jobs: [line('training', us), line('background', 3 * us)] };
  });
  const section = /<section id="section-jobs".*?<\/section>/s.exec(renderReport({ ...input, records }))![0];
  const rows = [...section.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, cells]) =>
    [...cells!.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, shown]) => shown!.replace(/<[^>]*>/g, '')),
  );
  expect(rows[0]).toEqual(['balancer', 'job', 'completion', 'slowdown', 'mean FCT', 'p99 FCT', 'flows']);
  expect(rows.slice(1).map((cells) => cells.slice(0, 4))).toEqual([
    ['ecmp', 'training', '30 µs', '3'],
    ['ecmp', 'background', '90 µs', '9'],
    ['spray', 'training', '30 µs', '3'],
    ['spray', 'background', '90 µs', '9'],
  ]);
});
