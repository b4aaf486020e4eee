/** Where clients find the application; AsyncAPI's Server Object. */
export interface AsyncApiServer {
  /** Name and perhaps port: `chat.example.com`. */
  readonly host: string;
  /** `wss`, `ws`, or another word for how it is reached. */
  readonly protocol: string;
  /** Path of Socket.IO, such as `/socket.io/`. */
  readonly pathname?: string;
  readonly description?: string;
}

/** What a document says about the application besides its plan. */
export interface AsyncApiOptions {
  readonly title: string;
  /** Of the application, not of AsyncAPI. */
  readonly version: string;
  /** May be CommonMark. */
  readonly description?: string;
  /** Servers by name. */
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
}

/** A part of a document: plain data that survives JSON. */
export type AsyncApiObject = Readonly<Record<string, unknown>>;

/**
 * An AsyncAPI document: plain data that survives JSON.
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
