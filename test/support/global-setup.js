// Runs in jest's own process ahead of all test files, and opens what they share: see shared.ts.
import { tsImport } from 'tsx/esm/api';

export default async function setUp() {
  const { openSharedServices } = await tsImport('./shared-services.ts', import.meta.url);
  const services = await openSharedServices();
  process.env.GATEWIRE_TEST_SERVICES = services.url;
  globalThis.closeSharedServices = () => services.close();
}
