/** What is started once for all test files. */
export type SharedName = 'chromium' | 'rabbitmq' | 'package' | 'pages';

/**
 * Waits until a shared service runs, and returns its URL or path. It ends after the last test file: a test that needs
 * to end it starts one of its own.
 */
export async function shared(name: SharedName): Promise<string> {
  const response = await fetch(`${process.env['GATEWIRE_TEST_SERVICES']}/${name}`);
  const place = await response.text();
  if (!response.ok) throw new Error(`${name} did not start: ${place}`);
  return place;
}
