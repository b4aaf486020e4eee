import amqplib, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { type RabbitmqOptions, rabbitmq } from 'gatewire/brokers';
import { RabbitmqServer } from '../../support/rabbitmq-server.js';
import { describeBroker, type TestBroker } from './behaviour.js';

async function start(): Promise<TestBroker> {
  const server = await RabbitmqServer.start();
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  const connect = async (): Promise<void> => {
    connection = await amqplib.connect(server.url);
    connection.on('error', () => {});
    channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
  };
  await connect();
  return {
    options: (name) => ({ url: server.url, queue: name }),
    source: (options) => rabbitmq(options as RabbitmqOptions),
    prepare: async () => {},
    send: async (name, body, headers = {}) => {
      channel.sendToQueue(name, Buffer.from(body), { persistent: true, headers, messageId: 'an id' });
      await channel.waitForConfirms();
    },
    deadLetter: async (name) => {
      const message = await channel.get(`${name}.dead`, { noAck: true });
      if (message === false) return null;
      return { body: message.content.toString(), headers: message.properties.headers as never };
    },
    leave: () => server.kill(),
    comeBack: async () => {
      await server.start();
      await connect();
    },
    stop: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

describeBroker('rabbitmq', start, { tellsRedelivery: true });
