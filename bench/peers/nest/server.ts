// The same events written with NestJS gateways, as its docs say: guard class, pipe class, returned acknowledgements.
import 'reflect-metadata';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  type PipeTransform,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
} from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import * as z from 'zod'; // the root's copy, the same for every contender

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });
type Message = z.infer<typeof messageSchema>;
let ticks = 0;

@Injectable()
class ConnectedGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    return context.switchToWs().getClient().connected;
  }
}

class ZodValidationPipe implements PipeTransform {
  constructor(private readonly schema: z.ZodType) {}

  transform(value: unknown) {
    const parsed = this.schema.safeParse(value);
    if (!parsed.success) throw new WsException('invalid payload');
    return parsed.data;
  }
}

@WebSocketGateway()
class BenchGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() payload: unknown) {
    return payload;
  }

  @UseGuards(ConnectedGuard)
  @SubscribeMessage('send')
  send(@MessageBody(new ZodValidationPipe(messageSchema)) _message: z.infer<typeof messageSchema>) {
    return { id: '1' };
  }

  @SubscribeMessage('tick')
  tick() {
    ticks += 1;
  }

  @SubscribeMessage('count')
  count() {
    return { ticks };
  }

  @SubscribeMessage('join')
  async join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    await client.join(room);
    return true; // Nest acknowledges nothing where nothing is returned
  }

  @SubscribeMessage('say')
  say(@ConnectedSocket() client: Socket, @MessageBody() payload: Message) {
    client.to(payload.room).emit('said', payload);
    return true;
  }
}

@Module({ providers: [BenchGateway] })
class BenchModule {}

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({ handlers, tls }: { handlers: number; tls?: { key: string; cert: string } }) {
  for (let i = 6; i < handlers; i += 1) addEchoHandler(`extra${i}`, `extra:${i}`);

  const app = await NestFactory.create(BenchModule, { logger: false, ...(tls && { httpsOptions: tls }) });
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer().address().port;
}

/** Writes one more `@SubscribeMessage(event)` method into the gateway. */
function addEchoHandler(method: string, event: string) {
  // Nest finds a handler's metadata by the name of the function, so the name has to be the method's.
  const { [method]: handler } = { [method]: (payload: unknown) => payload };
  const descriptor = { value: handler, configurable: true, writable: true };
  Object.defineProperty(BenchGateway.prototype, method, descriptor);
  SubscribeMessage(event)(BenchGateway.prototype, method, descriptor as PropertyDescriptor);
  MessageBody()(BenchGateway.prototype, method, 0);
}
