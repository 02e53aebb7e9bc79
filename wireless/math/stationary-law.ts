/**
 * The stationary law of a finite Markov chain with transition matrix P (row i at i * states; rows sum to 1), by elimination of one state
 * after the other (Grassmann, Taksar and Heyman 1985): no subtraction, so full relative precision of every probability.
 */
export function stationaryLaw(transitions: Float64Array, states: number): Float64Array {
  const p = transitions.slice();
  const law = new Float64Array(states);
  for (let n = states - 1; n > 0; n--) {
    let leaves = 0;
    for (let j = 0; j < n; j++) leaves += p[n * states + j]!;
    for (let i = 0; i < n; i++) {
      const into = p[i * states + n]! / leaves;
      p[i * states + n] = into;
      if (into === 0) continue;
      for (let j = 0; j < n; j++) p[i * states + j]! += into * p[n * states + j]!;
    }
  }
  law[0] = 1;
  let total = 1;
  for (let n = 1; n < states; n++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += law[i]! * p[i * states + n]!;
    law[n] = sum;
    total += sum;
  }
  return law.map((value) => value / total);
}
