// Makes jest run test files in the order in which they were given.
export default class InOrder {
  sort(tests) {
    const order = JSON.parse(process.env.MUTATION_ORDER);
    const place = ({ path }) => order.findIndex((file) => path.replaceAll('\\', '/').endsWith(`/${file}`));
    return [...tests].sort((one, other) => place(one) - place(other));
  }

  allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }

  cacheResults() {}
}
