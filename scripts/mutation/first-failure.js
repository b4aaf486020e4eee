import { TestEnvironment } from 'jest-environment-node';

/** Runs the tests of a file until one fails: one is enough, and under a mutant that hangs each would take its time. */
export default class FirstFailure extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#hasFailed = true;
    if (name === 'test_start' && this.#hasFailed) test.mode = 'skip';
  }
}
