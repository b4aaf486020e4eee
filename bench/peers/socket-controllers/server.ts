// The same events written with socket-controllers, as its README says: an injected ack, and interceptors for what goes ahead of a
// handler. It validates nothing by itself.
import 'reflect-metadata';
import { createServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import {
  ConnectedSocket,
  type InterceptorInterface,
  MessageAck,
  MessageBody,
  OnMessage,
  SocketController,
  SocketControllers,
  type SocketEventContext,
} from 'socket-controllers';
// Documented, and not exported by the entry point of 0.3.1.
import { UseInterceptor } from 'socket-controllers/decorators/UseInterceptor.js';
import { Container, Service } from 'typedi';
import * as z from 'zod'; // the root's copy, the same for every contender

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });
type Message = z.infer<typeof messageSchema>;
type Ack = (answer?: unknown) => void;
let ticks = 0;

@Service()
class ConnectedInterceptor implements InterceptorInterface {
  use(context: SocketEventContext, next: () => unknown) {
    if (!context.socket.connected) throw new Error('forbidden');
    return next();
  }
}

@Service()
class MessageInterceptor implements InterceptorInterface {
  use(context: SocketEventContext, next: () => unknown) {
    context.messageArgs = [messageSchema.parse(context.messageArgs?.[0])];
    return next();
  }
}

@SocketController()
@Service()
class BenchController {
  @OnMessage('echo')
  echo(@MessageBody() payload: unknown, @MessageAck() ack: Ack) {
    ack(payload);
  }

  @OnMessage('send')
  @UseInterceptor(ConnectedInterceptor, MessageInterceptor)
  send(@MessageBody() _message: Message, @MessageAck() ack: Ack) {
    ack({ id: '1' });
  }

  @OnMessage('tick')
  tick() {
    ticks += 1;
  }

  @OnMessage('count')
  count(@MessageAck() ack: Ack) {
    ack({ ticks });
  }

  @OnMessage('join')
  async join(@ConnectedSocket() socket: Socket, @MessageBody() room: string, @MessageAck() ack: Ack) {
    await socket.join(room);
    ack();
  }

  @OnMessage('say')
  say(@ConnectedSocket() socket: Socket, @MessageBody() message: Message, @MessageAck() ack: Ack) {
    socket.to(message.room).emit('said', message);
    ack();
  }
}

interface StartOptions {
  readonly handlers: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({ handlers, tls }: StartOptions) {
  for (let i = 6; i < handlers; i += 1) addEchoHandler(`extra${i}`, `extra:${i}`);

  const httpServer = tls ? (await import('node:https')).createServer(tls) : createServer();
  new SocketControllers({
    io: new Server(httpServer),
    container: Container,
    controllers: [BenchController],
    // Payloads here are no instances of classes.
    transformOption: { transform: false },
  });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const address = httpServer.address();
  return typeof address === 'object' ? address?.port : undefined;
}

/** Writes one more `@OnMessage(event)` method into the controller. */
function addEchoHandler(method: string, event: string) {
  const { prototype } = BenchController;
  const value = (payload: unknown, ack: Ack) => ack(payload);
  Object.defineProperty(prototype, method, { value, configurable: true, writable: true });
  Reflect.defineMetadata('design:paramtypes', [Object, Function], prototype, method);
  OnMessage(event)(prototype, method);
  MessageBody()(prototype, method, 0);
  MessageAck()(prototype, method, 1);
}
