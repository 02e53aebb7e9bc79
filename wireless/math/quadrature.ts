/** Nodes and weights of Gauss-Legendre quadrature with n points on [-1, 1], by Newton's method on the Legendre polynomial. */
export function gaussLegendre(n: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let previous = 0;
      let value = 1;
      for (let k = 1; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      slope = (n * (x * value - previous)) / (x * x - 1);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

const PANEL = gaussLegendre(24);

/** Integral of f over the panels between ascending `breaks`, with 24 Gauss-Legendre nodes each. */
export function integrate(f: (x: number) => number, breaks: ArrayLike<number>): number {
  let total = 0;
  for (let panel = 1; panel < breaks.length; panel++) {
    const half = (breaks[panel]! - breaks[panel - 1]!) / 2;
    const middle = breaks[panel - 1]! + half;
    let sum = 0;
    for (let i = 0; i < PANEL.nodes.length; i++) sum += PANEL.weights[i]! * f(middle + half * PANEL.nodes[i]!);
    total += sum * half;
  }
  return total;
}

/** `panels` equal panels from low to high. */
export const equalPanels = (low: number, high: number, panels: number): Float64Array =>
  Float64Array.from({ length: panels + 1 }, (_, i) => low + ((high - low) * i) / panels);
