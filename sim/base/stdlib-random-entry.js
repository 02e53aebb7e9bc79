// The generators netsim draws workloads with. `npm run prepare` bundles them into stdlib-random.js, because the package itself is
// 437 MB and takes seconds to import; the bundle is one small file that also runs in a browser.
export { default as mt19937 } from '@stdlib/random/base/mt19937/lib/index.js';
