/**
 * The test kit: an application on a free port, with real clients.
 *
 * @module gatewire/testing
 */
export type { ContractTestClient } from './contract-client.js';
export { describeMatrix, type MatrixCell } from './matrix.js';
export { createTestApp, type TestApp, type TestAppOptions } from './test-app.js';
export type { ServerEvents, TestClient } from './test-client.js';
export type { TestClientOptions, TestClients } from './test-clients.js';
export type { TestEmit } from './test-emits.js';
export type { TestLog } from './test-log.js';
