// Type-checks the TypeScript cells of notebooks: the kernel runs them unchecked, and `deno check` reads no .ipynb. The cells of one
// notebook become one module beside it, so that relative imports hold; messages are given back with their cell and line.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

function check(notebook) {
  const { cells } = JSON.parse(readFileSync(notebook, 'utf8'));
  const lines = ['/// <reference lib="deno.ns" />', '/// <reference lib="deno.unstable" />'];
  const places = lines.map(() => 'its start');
  cells.forEach(({ cell_type: type, source }, cell) => {
    if (type !== 'code') return;
    [source]
      .flat()
      .join('')
      .split('\n')
      .forEach((text, line) => {
        lines.push(text);
        places.push(`cell ${cell + 1}, line ${line + 1}`);
      });
  });
  const module = join(dirname(notebook), `.${basename(notebook, '.ipynb')}.check.ts`);
  writeFileSync(module, `${lines.join('\n')}\nexport {};\n`);
  try {
    const run = spawnSync('node_modules/.bin/deno', ['check', '--quiet', module], { encoding: 'utf8' });
    if (run.error !== undefined) throw run.error;
    const place = (_, line) => `${notebook}, ${places[Number(line) - 1] ?? 'its end'}`;
    process.stderr.write(stripVTControlCharacters(run.stderr).replace(/file:\S*\.check\.ts:(\d+):\d+/g, place));
    return run.status === 0;
  } finally {
    rmSync(module, { force: true });
  }
}

const notebooks = process.argv.slice(2);
if (notebooks.length === 0) throw new Error('usage: check-notebooks.mjs NOTEBOOK...');
const failed = notebooks.filter((notebook) => !check(notebook));
console.log(`${notebooks.length - failed.length} of ${notebooks.length} notebooks pass the type check`);
process.exitCode = failed.length === 0 ? 0 : 1;
