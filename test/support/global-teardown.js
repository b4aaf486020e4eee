// Runs in jest's own process after the last test file.
export default async function tearDown() {
  await globalThis.closeSharedServices();
}
