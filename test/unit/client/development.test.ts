import { afterEach, describe, expect, it } from '@jest/globals';
import { isDevelopment } from '../../../src/client/listeners.js';

describe('development', () => {
  const { NODE_ENV } = process.env;

  afterEach(() => {
    process.env['NODE_ENV'] = NODE_ENV;
  });

  it('is what NODE_ENV says', () => {
    expect(isDevelopment()).toBe(true);
    process.env['NODE_ENV'] = 'production';
    expect(isDevelopment()).toBe(false);
  });
});
