// The same events written with Ts.ED, as the README of @tsed/socketio says: a socket service whose returned values are
// acknowledgements, and middleware ahead of a handler. It validates nothing of sockets by itself.
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Configuration, inject } from '@tsed/di';
import { PlatformExpress } from '@tsed/platform-express';
import '@tsed/socketio';
import {
  Args,
  Input,
  Socket,
  SocketErr,
  SocketMiddleware,
  SocketMiddlewareError,
  SocketService,
  SocketUseAfter,
  SocketUseBefore,
} from '@tsed/socketio';
import type { Socket as IoSocket } from 'socket.io';
import * as z from 'zod'; // the root's copy, the same for every contender

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });
type Message = z.infer<typeof messageSchema>;
let ticks = 0;

@SocketMiddleware()
class ConnectedMiddleware {
  use(@Socket socket: IoSocket) {
    if (!socket.connected) throw new Error('forbidden');
  }
}

@SocketMiddleware()
class MessageMiddleware {
  use(@Args() [message, ack]: unknown[]) {
    return [messageSchema.parse(message), ack];
  }
}

@SocketMiddlewareError()
class RefusalMiddleware {
  use(@SocketErr error: Error, @Socket socket: IoSocket) {
    socket.emit('exception', { message: error.message });
  }
}

@SocketService('/')
class BenchService {
  @Input('echo')
  echo(@Args(0) payload: unknown) {
    return payload;
  }

  @Input('send')
  @SocketUseBefore(ConnectedMiddleware, MessageMiddleware)
  @SocketUseAfter(RefusalMiddleware)
  send(@Args(0) _message: Message) {
    return { id: '1' };
  }

  @Input('tick')
  tick() {
    ticks += 1;
  }

  @Input('count')
  count() {
    return { ticks };
  }

  @Input('join')
  join(@Socket socket: IoSocket, @Args(0) room: string) {
    return socket.join(room);
  }

  @Input('say')
  say(@Socket socket: IoSocket, @Args(0) message: Message) {
    socket.to(message.room).emit('said', message);
  }
}

@Configuration({ httpPort: false, httpsPort: false, logger: { level: 'off' } })
class BenchServer {}

interface StartOptions {
  readonly handlers: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({ handlers, tls }: StartOptions) {
  for (let i = 6; i < handlers; i += 1) addEchoHandler(`extra${i}`, `extra:${i}`);

  const port = '127.0.0.1:0';
  const platform = await PlatformExpress.bootstrap(BenchServer, {
    ...(tls ? { httpsPort: port, httpsOptions: tls } : { httpPort: port }),
  });
  await platform.listen();
  const address = inject<HttpServer>(tls ? HttpsServer : HttpServer).address();
  return typeof address === 'object' ? address?.port : undefined;
}

/** Writes one more `@Input(event)` method into the service. */
function addEchoHandler(method: string, event: string) {
  const { prototype } = BenchService;
  const descriptor = { value: (payload: unknown) => payload, configurable: true, writable: true };
  Object.defineProperty(prototype, method, descriptor);
  Reflect.defineMetadata('design:paramtypes', [Object], prototype, method);
  Input(event)(prototype, method, descriptor);
  Args(0)(prototype, method, 0);
}
