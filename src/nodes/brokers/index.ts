/**
 * Messages of RabbitMQ, NATS and Kafka, handed to a function.
 *
 * @module gatewire/brokers
 */
export type { BrokerTls } from './broker-options.js';
export { type Consumer, consume } from './consume.js';
export type { Handler } from './handling.js';
export type { ConsumerCounters, ConsumerHealth } from './health.js';
export { type KafkaOptions, type KafkaSasl, kafka } from './kafka.js';
export type { DeadLetter, Message } from './message.js';
export { type JetStreamOptions, type NatsOptions, type NatsSubjectOptions, nats } from './nats.js';
export type { ConsumeOptions } from './options.js';
export { type RabbitmqOptions, rabbitmq } from './rabbitmq.js';
export type { Delivery, Intake, Session, Source } from './source.js';
