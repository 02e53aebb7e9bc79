import { sample } from '../import/samples.ts';

export const joined = (parts: Iterable<Uint8Array>): Uint8Array => Uint8Array.from([...parts].flatMap((part) => [...part]));

export const sampleBytes = (path: string): Uint8Array => joined(sample(path).chunks());
