import type { LatentAttentionShape, ModelShape, MoeShape } from '../../sim/base/training-spec.ts';

const dense = (
  [layers, hidden, heads, kvHeads, ffn]: readonly [number, number, number, number, number],
  gated: boolean,
  vocab: number,
  sequence: number,
  moe: MoeShape | null = null,
  latent: LatentAttentionShape | null = null,
): ModelShape => ({ layers, hidden, heads, kvHeads, headDim: hidden / heads, ffn, gated, vocab, sequence, moe, latent });

/** GPT-2's vocabulary, padded as in Narayanan et al. (SC'21). */
const GPT_VOCAB = 51_200;

/**
 * Published shapes: GPT-3 (Brown et al., arXiv 2005.14165, table 2.1; the 13B model with hidden size 5120 = 40 x 128), Megatron's
 * trillion parameters (Narayanan et al., SC'21, table 1), Llama 2 (arXiv 2307.09288 and its released configurations), Llama 3 (arXiv
 * 2407.21783, table 3), Mixtral (arXiv 2401.04088, table 1), DeepSeek-V2 (arXiv 2405.04434, section 3.1.2; Lite: appendix B) and
 * DeepSeek-V3 (arXiv 2412.19437, section 4.2).
 */
export const MODELS = {
  'gpt3-13b': dense([40, 5120, 40, 40, 20_480], false, GPT_VOCAB, 2048),
  'gpt3-175b': dense([96, 12_288, 96, 96, 49_152], false, GPT_VOCAB, 2048),
  'gpt-1t': dense([128, 25_600, 160, 160, 102_400], false, GPT_VOCAB, 2048),
  'llama2-7b': dense([32, 4096, 32, 32, 11_008], true, 32_000, 4096),
  'llama2-70b': dense([80, 8192, 64, 8, 28_672], true, 32_000, 4096),
  'llama3-8b': dense([32, 4096, 32, 8, 14_336], true, 128_256, 8192),
  'llama3-70b': dense([80, 8192, 64, 8, 28_672], true, 128_256, 8192),
  'llama3-405b': dense([126, 16_384, 128, 8, 53_248], true, 128_256, 8192),
  'mixtral-8x7b': dense([32, 4096, 32, 8, 14_336], true, 32_000, 4096, {
    experts: 8,
    topk: 2,
    expertFfn: 14_336,
    sharedExperts: 0,
    denseLayers: 0,
  }),
  'deepseek-v2': dense(
    [60, 5120, 128, 128, 12_288],
    true,
    102_400,
    4096,
    { experts: 160, topk: 6, expertFfn: 1536, sharedExperts: 2, denseLayers: 1 },
    { queryRank: 1536, keyValueRank: 512, nopeDim: 128, ropeDim: 64, valueDim: 128 },
  ),
  'deepseek-v2-lite': dense(
    [27, 2048, 16, 16, 10_944],
    true,
    102_400,
    4096,
    { experts: 64, topk: 6, expertFfn: 1408, sharedExperts: 2, denseLayers: 1 },
    { queryRank: null, keyValueRank: 512, nopeDim: 128, ropeDim: 64, valueDim: 128 },
  ),
  'deepseek-v3': dense(
    [61, 7168, 128, 128, 18_432],
    true,
    129_280,
    4096,
    { experts: 256, topk: 8, expertFfn: 2048, sharedExperts: 1, denseLayers: 3 },
    { queryRank: 1536, keyValueRank: 512, nopeDim: 128, ropeDim: 64, valueDim: 128 },
  ),
} as const satisfies Record<string, ModelShape>;

export type ModelName = keyof typeof MODELS;
export const MODEL_NAMES = Object.keys(MODELS) as [ModelName, ...ModelName[]];
