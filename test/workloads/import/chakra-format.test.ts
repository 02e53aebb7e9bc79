import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fileOf, type InputFile } from '../../../sim/base/file-spec.ts';
import { parseChakraJson } from '../../../workloads/import/chakra-json.ts';
import { parseChakraProtobuf } from '../../../workloads/import/chakra-protobuf.ts';
import { ALL_REDUCE, COLL, COMP, encodeNode, INTEGER_KINDS, METADATA, type NodeToEncode, traceFile, varint } from './encode-chakra.ts';
import { bytesOf, refusalOf, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

const raw = (...bytes: number[]): InputFile => fileOf('trace.0.et', Uint8Array.from(bytes));
const parse = (...nodes: NodeToEncode[]): ReturnType<typeof parseChakraProtobuf>['nodes'] =>
  parseChakraProtobuf(traceFile('t', nodes)).nodes;
const refused = (file: InputFile): string => refusalOf(() => parseChakraProtobuf(file));

describe('the protobuf form', () => {
  test.skipIf(samplesMissing)('reads the worked example: one all-reduce of 65536 bytes, id 512 + rank', () => {
    for (let rank = 0; rank < 8; rank++) {
      const { nodes } = parseChakraProtobuf(sample(`chakra/one_comm_coll_node_allreduce.${rank}.et`));
      expect(nodes).toEqual([
        {
          id: 512 + rank,
          type: COLL,
          ctrlDeps: [],
          dataDeps: [],
          duration: 0,
          wasRecorded: false,
          attributes: new Map<string, unknown>([
            ['is_cpu_op', false],
            ['comm_type', ALL_REDUCE],
            ['comm_size', 65536],
            ['involved_dim', [true]],
          ]),
          inputs: '',
          place: 8,
          placeUnit: 'byte',
        },
      ]);
    }
  });

  test.skipIf(samplesMissing)('is what the encoder of these tests writes for the worked example, byte for byte', () => {
    const bytes = bytesOf(sample('chakra/one_comm_coll_node_allreduce.0.et'));
    const written = bytesOf(
      traceFile('t', [
        {
          id: 512,
          name: 'ALL_REDUCE',
          type: COLL,
          integers: 'int64',
          attributes: { is_cpu_op: false, comm_type: ALL_REDUCE, comm_size: 65536, involved_dim: [true] },
        },
      ]),
    );
    const asUint64 = [...written];
    asUint64[written.indexOf(0x48, written.indexOf(0x48) + 1)] = 0x68; // comm_size is field 13 there, not 9
    expect(asUint64).toEqual([...bytes]);
  });

  test.each(Object.keys(INTEGER_KINDS))('accepts an attribute of kind %s', (integers) => {
    const [node] = parse({ id: 1, type: COLL, attributes: { comm_size: 70_000 }, integers });
    expect(node!.attributes.get('comm_size')).toBe(70_000);
  });

  test('keeps 64-bit numbers exact below 2^53', () => {
    const [node] = parse({ id: 2 ** 53 - 1, type: COLL, attributes: { comm_size: 2 ** 40 + 1 } });
    expect([node!.id, node!.attributes.get('comm_size')]).toEqual([2 ** 53 - 1, 2 ** 40 + 1]);
  });

  test('takes a missing id as 0, and packed and unpacked dependencies alike', () => {
    const nodes = parse(
      { type: COMP },
      { id: 300, type: COMP, data: [0, 200], ctrl: [7], isPacked: true },
      { id: 301, type: COMP, data: [0, 200], ctrl: [7], isPacked: false },
    );
    expect(nodes.map(({ id }) => id)).toEqual([0, 300, 301]);
    for (const { dataDeps, ctrlDeps } of nodes.slice(1)) expect([dataDeps, ctrlDeps]).toEqual([[0, 200], [7]]);
  });

  test('skips unknown fields, unknown attributes and attributes without a value', () => {
    const unknown = [...varint(99 * 8 + 2), 3, 1, 2, 3];
    const [node] = parse({ id: 4, type: COLL, attributes: { rf_id: 3, inputs: null, comm_size: null, comm_tag: 5 }, extra: unknown });
    expect([node!.id, [...node!.attributes]]).toEqual([
      4,
      [
        ['comm_size', null],
        ['comm_tag', 5],
      ],
    ]);
  });

  test('names the byte where a message is cut off', () => {
    const whole = bytesOf(traceFile('t', [{ id: 1, name: 'a kernel', type: COMP }]));
    const cut = fileOf('trace.0.et', whole.subarray(0, whole.length - 3));
    expect(refused(cut)).toBe('ImportError trace.0.et: the message at byte 8 has 14 bytes, the file only 11 more (is the file cut off?)');
    expect(refused(raw(...METADATA, 0x80))).toContain('the message length at byte 8 is cut off');
  });

  test('refuses a length of more than 5 bytes or above 64 MiB, empty and foreign files', () => {
    expect(refused(raw(...METADATA, 0x80, 0x80, 0x80, 0x80, 0x80, 1))).toContain('the message length at byte 8 is longer than 5 bytes');
    expect(refused(raw(...METADATA, 0xff, 0xff, 0xff, 0xff, 0x0f, 1))).toContain('the message at byte 8 would have 4294967295 bytes');
    expect(refused(raw())).toContain('the file is empty');
    expect(refused(raw(...METADATA, 2, 0x0f, 0xff))).toContain('the 2 bytes of the message at byte 8 are no Node (');
  });

  test.prop([fc.uint8Array({ maxLength: 60 })])('never fails otherwise than with an ImportError', (bytes) => {
    try {
      parseChakraProtobuf(fileOf('fuzz', Uint8Array.from([...METADATA, ...bytes])));
    } catch (error) {
      expect((error as Error).name).toBe('ImportError');
    }
  });

  test.prop([fc.array(fc.record({ id: fc.nat(), data: fc.array(fc.nat(), { maxLength: 5 }), duration: fc.nat() }), { maxLength: 10 })])(
    'gives back what was written',
    (nodes) => {
      const read = parse(...nodes.map((node) => ({ ...node, type: COMP })));
      expect(read.map(({ id, dataDeps, duration }) => ({ id, data: dataDeps, duration }))).toEqual(nodes);
    },
  );

  test('places each node at the byte of its length', () => {
    const first = encodeNode({ id: 1, type: COMP });
    expect(parse({ id: 1, type: COMP }, { id: 2, type: COMP }).map(({ place }) => place)).toEqual([8, 8 + 1 + first.length]);
  });
});

describe('the JSON form', () => {
  const document = (nodes: readonly unknown[]): InputFile => textFile('t.json', JSON.stringify({ workload_graph: nodes }));
  const refusedJson = (file: InputFile): string => refusalOf(() => parseChakraJson(file));

  test.skipIf(samplesMissing)('reads the sample: 7 nodes', () => {
    const { nodes } = parseChakraJson(sample('chakra/small_chakra.0.json'));
    expect(nodes.map(({ id, type, duration }) => [id, type, duration])).toEqual([
      [216, 4, 318],
      [217, 4, 28],
      [430, 4, 4],
      [432, 7, 85],
      [433, 7, 79],
      [435, 7, 28],
      [541, 4, 153],
    ]);
    expect(nodes[5]!.dataDeps).toEqual([432, 216, 217]);
  });

  test('carries the same attributes', () => {
    const [node] = parseChakraJson(
      document([{ Id: 1, Name: 'x', NodeType: 7, runtime: 2, is_cpu_op: false, comm_type: 0, comm_size: 8 }]),
    ).nodes;
    expect([...node!.attributes]).toEqual([
      ['is_cpu_op', false],
      ['comm_type', 0],
      ['comm_size', 8],
    ]);
  });

  test('refuses broken JSON with line and column, and nodes that are none', () => {
    expect(refusedJson(textFile('t.json', '{\n  "workload_graph": [\n    { "Id": 1, }\n  ]\n}'))).toMatch(
      /^ImportError t\.json:3:\d+ no JSON/,
    );
    expect(refusedJson(textFile('t.json', '{ "nodes": [] }'))).toContain('t.json:1:1 no list "workload_graph"');
    expect(refusedJson(textFile('t.json', '{\n  "workload_graph": ['))).toContain(
      't.json:2:22 no JSON: the file ends here: is it cut off?',
    );
    const both = refusedJson(
      document([
        { Name: 'x', NodeType: 4 },
        { Id: 2, NodeType: 4, data_deps: ['a'] },
      ]),
    );
    expect(both).toContain('workload_graph[0]: Id is no number that is 0 or more');
    expect(both).toContain('workload_graph[1]: data_deps is no list of node ids');
  });
});
