// Bundles the few @stdlib/random generators that netsim uses into one ES module without `require` and without `node:` imports.
import { build } from 'esbuild';

await build({
  entryPoints: ['sim/base/stdlib-random-entry.js'],
  outfile: 'sim/base/stdlib-random.js',
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  banner: { js: '// Generated from stdlib-random-entry.js by scripts/bundle-stdlib-random.mjs. Contains @stdlib/random (Apache-2.0).' },
});
