/** What a node sends to the others, by way of the primary. */
export type BusMessage =
  | { readonly type: 'gatewire:join'; readonly id: string }
  | { readonly type: 'gatewire:bus'; readonly to: string | null; readonly text: string };

/** What the primary sends to a node, besides passing on what others sent. */
export type RelayMessage =
  | { readonly type: 'gatewire:joined'; readonly nodes: number }
  | { readonly type: 'gatewire:left'; readonly id: string };
