/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Medians of one scenario. A ratio compares two values of the same round, so that a machine which gets slower between
 * rounds does not count for or against anyone.
 *
 * @param samples - values by contender, one a round
 * @param yardstick - the contender that ratios refer to
 */
export function summarize(samples, yardstick) {
  const summary = {};
  for (const [name, values] of Object.entries(samples)) {
    const ratios = values.map((value, round) => value / samples[yardstick][round]);
    summary[name] = {
      median: median(values),
      ratio: median(ratios),
      ratioMin: Math.min(...ratios),
      ratioMax: Math.max(...ratios),
      samples: values,
    };
  }
  return summary;
}
