/**
 * Messages of RabbitMQ, NATS and Kafka, passed to a function.
 *
 * @module gatewire/brokers
 */

export { type Consumer, consume } from './consume.js';
export type { ConsumeOptions } from './consume-options.js';
export type { ConsumerCounters, ConsumerHealth } from './consumer-health.js';
export { type KafkaOptions, type KafkaSasl, kafka } from './kafka.js';
export type { DeadLetter, Message } from './message.js';
export type { Handler } from './message-processor.js';
export { nats } from './nats.js';
export type { JetStreamOptions, NatsOptions, NatsSubjectOptions } from './nats-connection.js';
export { type RabbitmqOptions, rabbitmq } from './rabbitmq.js';
export type { BrokerTls, Delivery, Intake, Session, Source } from './source.js';
