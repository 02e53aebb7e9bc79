/** How many bytes of a file its format is told from. */
export const OPENING_BYTES = 4096;

/** What a file may be; the last four describe a fabric. */
export type DetectedFormat =
  | { readonly what: 'workload'; readonly format: 'htsim' | 'chakra' | 'goal' | 'msccl-xml' | 'simai' | 'hpcc' }
  | { readonly what: 'topology'; readonly format: 'htsim' | 'simai' | 'hpcc' | 'astra-sim' };

/**
 * The format of a file by how it begins; null: none that is known.
 *
 * @param bytes the first OPENING_BYTES
 */
export function detectFormat(bytes: Uint8Array): DetectedFormat | null {
  const workload = (format: Extract<DetectedFormat, { readonly what: 'workload' }>['format']): DetectedFormat => ({
    what: 'workload',
    format,
  });
  const topology = (format: Extract<DetectedFormat, { readonly what: 'topology' }>['format']): DetectedFormat => ({
    what: 'topology',
    format,
  });
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return workload('chakra');
  // Eight bytes with the magic number of binary GOAL, or of a spoilt one.
  const magic = bytes.length >= 8 ? new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true) : 0n;
  if (magic === 4223n || magic === 2342n) return workload('goal');
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, '');
  if (/^\s*\{\s*"/.test(text)) return workload('chakra');
  if (/^\s*</.test(text)) return workload('msccl-xml');
  const lines = text.replaceAll(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, ' ').split('\n');
  const words = lines
    .map((line) =>
      line
        .replace(/(#|\/\/).*/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([word]) => word !== '');
  const [first, second] = words;
  if (beginsWithMetadata(bytes)) return workload('chakra');
  if (first === undefined) return null;
  const [word] = first;
  if (word === 'num_ranks') return workload('goal');
  if (/^(HYBRID_\w+|DATA|MODEL|MICRO|DISTRIBUTED_INFERENCE)$/.test(word!)) return workload('simai');
  if (/^nodes$/i.test(word!)) return words.some(([key]) => /^tiers$/i.test(key!)) ? topology('htsim') : workload('htsim');
  if (/^(Connections|Triggers|Failures)$/.test(word!)) return workload('htsim');
  if (word!.startsWith('topology:') || word!.startsWith('npus_count:')) return topology('astra-sim');
  if (!/^\d+$/.test(word!)) return null;
  if (first.length === 6) return topology('simai');
  if (first.length === 3) return topology('hpcc');
  return first.length === 1 && (second === undefined || second.length === 6) ? workload('hpcc') : null;
}

/** A GlobalMetadata message: its length, then field 1, a version such as 0.0.4. The second line of a short text may look like the numbers. */
function beginsWithMetadata(bytes: Uint8Array): boolean {
  const [length = 0, tag, versionLength = 64] = bytes;
  const version = bytes.subarray(3, 3 + versionLength);
  if (tag !== 0x0a || versionLength >= 64 || version.length < versionLength || length < versionLength + 2) return false;
  return /^[\w.-]*$/.test(new TextDecoder().decode(version));
}

/** `a topology of htsim`, `a GOAL schedule`, .. : what a file begins like, for messages. */
export function formatName({ what, format }: DetectedFormat): string {
  return what === 'topology' ? `a topology of ${PROGRAMS[format]}` : FILES[format];
}

const PROGRAMS = { htsim: 'htsim', simai: 'SimAI', hpcc: 'HPCC', 'astra-sim': 'ASTRA-sim' } as const;
const FILES = {
  htsim: 'a connection matrix of htsim',
  chakra: 'a Chakra trace',
  goal: 'a GOAL schedule',
  'msccl-xml': 'an algorithm of MSCCL',
  simai: 'a workload of SimAI',
  hpcc: 'a list of HPCC flows',
} as const;
