/** Address of the application for clients; the Server Object of AsyncAPI. */
export interface AsyncApiServer {
  /** Host name, with a port where needed: `chat.example.com`. */
  readonly host: string;
  /** `wss`, `ws`, or another protocol. */
  readonly protocol: string;
  /** Path of Socket.IO, such as `/socket.io/`. */
  readonly pathname?: string;
  readonly description?: string;
}

/** Options of a document: facts about the application that its plan does not contain. */
export interface AsyncApiOptions {
  readonly title: string;
  /** Version of the application, not of AsyncAPI. */
  readonly version: string;
  /** Description in CommonMark. */
  readonly description?: string;
  /** Servers by name. */
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
}

/** Part of a document: plain data that survives JSON. */
export type AsyncApiObject = Readonly<Record<string, unknown>>;

/**
 * AsyncAPI document: plain data that survives JSON.
 *
 * @source https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
  readonly defaultContentType: 'application/json';
  readonly channels: Readonly<Record<string, AsyncApiObject>>;
  readonly operations: Readonly<Record<string, AsyncApiObject>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiObject>>;
    readonly schemas: Readonly<Record<string, AsyncApiObject>>;
    readonly securitySchemes?: Readonly<Record<string, AsyncApiObject>>;
  };
}
