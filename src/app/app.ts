import { CallSite } from '../base/call-site.js';
import type { AsyncApiDocument, AsyncApiOptions } from '../inspect/asyncapi/types.js';
import type { TestHooks } from '../runtime/bound.js';
import { Application } from './open.js';
import type { AppOptions } from './options.js';
import type { RuntimeApp } from './runtime-app.js';

/** A gatewire application. */
export interface App extends RuntimeApp {
  /**
   * Describes every namespace and event as an AsyncAPI 3 document. It opens nothing and makes no instance.
   *
   * @param options - title and version, and perhaps a description and servers
   * @throws {BootError} when there are problems, with all of them
   * @throws {TypeError} without a title or a version
   * @example
   * const document = await app.asyncapi({ title: 'Chat', version: '1.0.0' });
   */
  asyncapi(options: AsyncApiOptions): Promise<AsyncApiDocument>;
}

/**
 * Makes an application. Nothing is opened, checked or made before `listen`, `run` or `plan`.
 *
 * @param options - gateways and everything around them
 * @example
 * const app = createApp({ gateways: [ChatGateway] });
 * await app.listen(3000);
 */
export function createApp(options: AppOptions): App {
  return new DescribedApplication(options, new CallSite(createApp), null);
}

/** Makes an application for the test kit. Never exported from the package's entry. */
export function createAppForTests(options: AppOptions, at: CallSite, hooks: TestHooks): App {
  return new DescribedApplication(options, at, hooks);
}

/** What an application was made with, for the test kit; null when `createApp` did not make it. */
export function optionsOf(app: object): AppOptions | null {
  return app instanceof DescribedApplication ? app.given : null;
}

/** The runtime knows nothing of documents, and documents know nothing of the runtime; here they meet. */
class DescribedApplication extends Application implements App {
  constructor(
    readonly given: AppOptions,
    at: CallSite,
    hooks: TestHooks | null,
  ) {
    super(given, at, hooks);
  }

  async asyncapi(options: AsyncApiOptions): Promise<AsyncApiDocument> {
    // Read when somebody asks, so that starting a server costs nothing more.
    const { asyncApiOf } = await import('../inspect/asyncapi/document.js');
    return asyncApiOf(this.plan(), options);
  }
}
