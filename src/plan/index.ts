/**
 * Types of the plan, which `app.plan()` returns.
 *
 * @module gatewire/plan
 */
export type { BatteryPlan } from '../metadata/battery.js';
export type {
  AppPlan,
  AuthPlan,
  ContractPlan,
  DependencyPlan,
  EventPlan,
  GatewayPlan,
  HandlerPlan,
  MessageDocs,
  MessagePlan,
  NamespacePlan,
  PublishedTopic,
  ReplyShape,
  RoomGuardPlan,
  ServerSidePlan,
  StepPlan,
  TopicPlan,
} from './types.js';
