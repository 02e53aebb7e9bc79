// Packs the project, installs the tarball in an empty project and uses it there: the program, the library, the schema.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAX_PACKED_BYTES = 1_200_000;
const PROGRAM = `
  import * as netsim from 'netsim';
  import schema from 'netsim/schema.json' with { type: 'json' };
  if (typeof netsim.simulate !== 'function' || typeof schema !== 'object') throw new Error('the library is incomplete');
  console.log(Object.keys(netsim).length + ' exports');
`;
const CONFIG = `name: packed
topology:
  kind: leaf-spine
  leaves: 2
  spines: 2
  hostsPerLeaf: 2
  hostLink: { rate: 400Gbps, delay: 500ns }
  fabricLink: { rate: 400Gbps, delay: 500ns }
workload: { kind: all-reduce, size: 64KiB }
balancer: ethereal
`;

const folder = mkdtempSync(join(tmpdir(), 'netsim-pack-'));
const run = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
const fail = (message) => {
  throw new Error(message);
};

try {
  // The build's own output comes first; npm's JSON starts at the first line that is a bracket.
  const output = run('npm', ['pack', '--json', '--pack-destination', folder]);
  const [pack] = Object.values(JSON.parse(output.slice(output.search(/^[[{]$/m))));
  const unwanted = pack.files.filter(
    ({ path }) => !/^(?:dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(path) || /\.test\./.test(path),
  );
  if (unwanted.length > 0) fail(`packed by mistake: ${unwanted.map(({ path }) => path).join(', ')}`);
  if (pack.size > MAX_PACKED_BYTES) fail(`the package has ${pack.size} bytes, more than ${MAX_PACKED_BYTES}`);
  console.log(`packed ${pack.files.length} files, ${pack.size} bytes`);

  const options = { cwd: folder };
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, pack.filename)], options);
  if (!run('npx', ['--no-install', 'netsim', '--help'], options).includes('sweep')) fail('netsim --help does not name its commands');
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  const result = JSON.parse(run('npx', ['--no-install', 'netsim', 'run', 'config.yaml', '--json'], options));
  if (!JSON.stringify(result).includes('completion_time_us')) fail('netsim run --json prints no completion time');
  writeFileSync(join(folder, 'use.mjs'), PROGRAM);
  console.log(run(process.execPath, ['use.mjs'], options).trim());
  console.log('the packed program and library work');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
