import { malformed, measurementOf, type NcclTestsLine, type NcclTestsMeasurement } from './measurement.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): JsonObject => (typeof value === 'object' && value !== null ? (value as JsonObject) : {});
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/**
 * The lines of what nccl-tests writes as JSON, or netsim's tables of them.
 *
 * @throws ImportError when it is no JSON, has no list of results, or a result lacks what every one has
 */
export function jsonLines(text: string, factor: number | null): NcclTestsLine[] {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw malformed({}, cause instanceof Error ? cause.message : String(cause), 'a JSON document of nccl-tests');
  }
  const { results, tables } = objectOf(document);
  const lists = Array.isArray(tables) ? tables.map((table) => objectOf(table)['results']) : [results];
  return lists.flatMap((list) => {
    if (!Array.isArray(list)) throw malformed({}, 'no list of results', 'a JSON document of nccl-tests has "results"');
    return list.map((each: unknown, i) => lineOf(objectOf(each), i, factor));
  });
}

function lineOf(result: JsonObject, index: number, factor: number | null): NcclTestsLine {
  const { size, count, type, redop, root } = result;
  const rootNumber = Number(root);
  if (!isNumber(size) || !isNumber(count) || typeof type !== 'string' || typeof redop !== 'string' || !Number.isInteger(rootNumber)) {
    throw malformed({ path: `results[${index}]` }, 'a result without size, count, type, redop and root', KEYS);
  }
  const [outOfPlace, inPlace] = (['out_of_place', 'in_place'] as const).map((half): NcclTestsMeasurement | null => {
    const { time, nwrong } = objectOf(result[half]);
    if (!isNumber(time)) throw malformed({ path: `results[${index}].${half}` }, 'a half without a time', KEYS);
    return isNumber(nwrong) && nwrong > 0 ? null : measurementOf(size, time, isNumber(nwrong) ? nwrong : null, factor);
  });
  return { sizeBytes: size, count, type, redop, root: rootNumber, outOfPlace: outOfPlace!, inPlace: inPlace! };
}

const KEYS = 'a result has size, count, type, redop, root and two halves of time, alg_bw, bus_bw and nwrong';
