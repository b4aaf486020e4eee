/**
 * The test kit: an application on a free port, with real clients.
 *
 * @module gatewire/testing
 */
export type { LoadClient, LoadEvent, LoadMixEvent, LoadScenario, LoadValue } from './load-scenario.js';
export {
  createTestApp,
  describeMatrix,
  type MatrixCell,
  type TestApp,
  type TestAppOptions,
  type TestEmit,
} from './test-app.js';
export type { ServerEvents, TestClient } from './test-client.js';
export type { ContractTestClient, TestClientOptions, TestClients } from './test-clients.js';
export type { TestLog } from './test-log.js';
export type { TestTopic } from './test-topic.js';
