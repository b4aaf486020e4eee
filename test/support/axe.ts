import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe-core finds on a page that is serious or critical: which rule, and where.
 *
 * @param except - selectors of parts that it passes over
 */
export async function seriousFindings(
  page: Page,
  except: readonly string[] = [],
): Promise<readonly (readonly [string, string[]])[]> {
  await page.evaluate(axe.source);
  const context = JSON.stringify({ exclude: except });
  const { violations } = (await page.evaluate(
    `axe.run(${except.length === 0 ? 'document' : context}, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.map(({ target }) => String(target))]);
}
