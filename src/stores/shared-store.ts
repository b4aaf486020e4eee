/** Script in Lua, as Redis runs it: in one step, and by its text alone. */
export interface Script {
  readonly text: string;
}

/** Store that all nodes of an application share. */
export interface SharedStore {
  /**
   * Runs a script. What it writes should expire by itself.
   *
   * @param script - the same object each time, so that the store can remember what it knows of it
   * @param keys - names of all keys that the script touches; the store puts the prefix of the application before them.
   *   Several keys have to be in one slot of a Redis Cluster: `{a}:x`, `{a}:y`
   * @param args - further arguments
   * @throws {Error} when the store is away, refuses, or takes longer than its time limit
   */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}
