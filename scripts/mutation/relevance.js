/** Tells which tests speak of what a line of code speaks of: they are the first to see it change. */
export class Relevance {
  /** The words of each test. */
  #words;

  /** @param {readonly (readonly [string, string])[]} tests - name and text of each test file */
  constructor(tests) {
    this.#words = new Map(tests.map(([test, text]) => [test, new Set(wordsOf(`${test} ${text}`))]));
  }

  /** Sorts tests by the words that they share with a text, rare words first in weight; of equal ones the fastest first. */
  sort(tests, text) {
    const weights = [...new Set(wordsOf(text))].map((word) => [word, this.#weight(word)]);
    const score = ({ test }) =>
      weights.reduce((sum, [word, weight]) => sum + (this.#words.get(test)?.has(word) ? weight : 0), 0);
    const scored = tests.map((test) => ({ test, score: score(test) }));
    return scored
      .sort((one, other) => other.score - one.score || one.test.seconds - other.test.seconds)
      .map(({ test }) => test);
  }

  #weight(word) {
    const all = [...this.#words.values()];
    const count = all.filter((words) => words.has(word)).length;
    return count === 0 ? 0 : Math.log(all.length / count);
  }
}

/** The words of a text, also those inside of names: `rateLimit` and `rate-limit` are both `rate` and `limit`. */
function wordsOf(text) {
  return (text.match(/[A-Za-z][a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
}
