import type { FileOptions, InputFile } from '../../../sim/base/file-spec.ts';
import { importWorkload } from '../../../workloads/import/import-workload.ts';
import { COLL, COMP, encodeNode, METADATA, varint } from './encode-chakra.ts';
import { bytesOf, CHAKRA_DEFAULTS, GOAL_DEFAULTS, HTSIM_DEFAULTS, textFile } from './file-spec.ts';

/**
 * Imports a file of so many MiB that is made up while it is read, and prints its length and the largest heap (of V8) and array buffers
 * seen on the way: `node --import tsx read-large.ts chakra 64`.
 */
const [format, mebibytes] = [process.argv[2]!, Number(process.argv[3])];
const LENGTH = mebibytes * 2 ** 20;

let [bytes, heap, buffers] = [0, 0, 0];
function watch(): void {
  const usage = process.memoryUsage();
  heap = Math.max(heap, usage.heapUsed);
  buffers = Math.max(buffers, usage.arrayBuffers);
}

/** `head`, then lines (or messages) of `make` up to the length, then `tail`. */
const made = (head: Uint8Array, make: (i: number) => Uint8Array, tail: string): InputFile => ({
  name: 'made',
  *chunks() {
    bytes = head.length;
    yield head;
    for (let i = 0; bytes < LENGTH;) {
      const parts: Uint8Array[] = [];
      for (let size = 0; size < 2 ** 18; i++) {
        const part = make(i);
        parts.push(part);
        size += part.length;
      }
      const piece = new Uint8Array(Buffer.concat(parts));
      bytes += piece.length;
      watch();
      yield piece;
    }
    yield* textFile('', tail).chunks();
  },
});

const text = (content: string): Uint8Array => bytesOf(textFile('', content));
const kernel = 'void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<float>, std::array<char*, 1ul> >'.padEnd(
  900,
  '.',
);
const FILES: Readonly<Record<string, readonly [FileOptions, () => InputFile]>> = {
  // Recorded traces have about a kilobyte a node, mostly names and attributes that say nothing about the network.
  chakra: [
    { ...CHAKRA_DEFAULTS },
    () =>
      made(
        Uint8Array.from(METADATA),
        (i) => {
          const node = encodeNode({
            id: i,
            name: kernel,
            type: i % 50 === 49 ? COLL : COMP,
            duration: 3,
            data: i === 0 ? [] : [i - 1],
            attributes: {
              is_cpu_op: false,
              ...(i % 50 === 49
                ? { comm_type: 0, comm_size: 4096 }
                : { op_schema: 'aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)' }),
            },
          });
          return Uint8Array.from([...varint(node.length), ...node]);
        },
        '',
      ),
  ],
  goal: [
    GOAL_DEFAULTS,
    () => made(text('num_ranks 2\nrank 0 {\n'), (i) => text(`layer_${i}_of_the_forward_pass: calc 5 cpu 0\n`), '}\nrank 1 {\n}\n'),
  ],
  htsim: [HTSIM_DEFAULTS, () => made(text('Nodes 2\nConnections 0\n'), () => text(`${'#'.repeat(99)}\n`), '')],
};

const [options, file] = FILES[format]!;
const { schedule } = importWorkload({ path: 'made', files: [file()], options, ranks: 4 });
watch();
console.log(JSON.stringify({ bytes, heap, buffers, operations: schedule.ops }));
