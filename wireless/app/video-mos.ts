/** PSNR in dB above which a picture is worth so much (EvalVid: Klaue, Rathke and Wolisz, TOOLS 2003). */
const SCALE = [
  [37, 5],
  [31, 4],
  [25, 3],
  [20, 2],
] as const;

/** Mean opinion score (1 to 5) of a picture of quality `psnrDb`. */
export const videoMos = (psnrDb: number): number => SCALE.find(([above]) => psnrDb > above)?.[1] ?? 1;
