/**
 * Name of a topic in the store. The length keeps the name of the namespace instance apart from that of the topic.
 *
 * @param instance - name of the namespace instance
 */
export function storeKey(instance: string, topic: string, scope: 'namespace' | 'app'): string {
  return scope === 'app' ? `app:${topic}` : `${instance.length}${instance}:${topic}`;
}
