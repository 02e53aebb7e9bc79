import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const built = (path: string): string => readFileSync(fileURLToPath(new URL(`../../dist/${path}`, import.meta.url)), 'utf8');
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/^import .*$/gm, '');

test('the built packet path names no constant of another module: each is written as its number', () => {
  for (const path of [
    'sim/engine/mailboxes.js',
    'sim/engine/batch-sorter.js',
    'sim/fabric/fifo-ports.js',
    'sim/fabric/lazy-ports.js',
    'sim/fabric/plain-ports.js',
    'sim/fabric/host.js',
    'sim/fabric/nic.js',
  ]) {
    const imported = [...built(path).matchAll(/^import \{([^}]*)\}/gm)].flatMap(([, names]) =>
      names!.split(',').map((name) => name.trim()),
    );
    // Computed ones (2 ** 20 - 1) are left: no packet meets them.
    const constants = imported.filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name) && !name.startsWith('MAX_'));
    expect(constants.length, path).toBeGreaterThan(0);
    for (const name of constants) expect(code(built(path)), `${name} in ${path}`).not.toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test('what stands for no number keeps its name, and exported constants are still exported', () => {
  expect(built('sim/engine/record.js')).toContain('export const PORT_BITS = 11;');
  expect(built('sim/base/packet.js')).toContain('export const CE = 8;');
});
