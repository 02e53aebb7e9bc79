import { parseTrace } from '../../../workloads/moe/parse-trace.ts';

/**
 * Reads a routing trace of so many MiB that is made up while it is read, and prints its length, its rows and the largest size of array
 * buffers that were alive on the way: `node --expose-gc --import tsx read-large-trace.ts 16`.
 */
const LENGTH = Number(process.argv[2]) * 2 ** 20;
const [LAYERS, EXPERTS] = [4, 256];

let [bytes, rows, buffers] = [0, 0, 0];

function liveBuffers(): number {
  globalThis.gc!();
  return process.memoryUsage().arrayBuffers;
}

function* chunks(): Generator<Uint8Array> {
  yield Buffer.from('token,layer,e0,e1,e2,e3,e4,e5,e6,e7\n');
  while (bytes < LENGTH) {
    const lines: string[] = [];
    for (let i = 0; i < 2000; i++, rows++) {
      const experts = Array.from({ length: 8 }, (_, e) => (rows + 31 * e) % EXPERTS);
      lines.push(`${Math.floor(rows / LAYERS)},${rows % LAYERS},${experts.join()}\n`);
    }
    const piece = Buffer.from(lines.join(''));
    bytes += piece.length;
    buffers = Math.max(buffers, liveBuffers());
    yield piece;
  }
}

parseTrace({ name: 'made', chunks }, EXPERTS);
console.log(JSON.stringify({ bytes, rows, buffers: Math.max(buffers, liveBuffers()) }));
