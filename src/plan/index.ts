/**
 * Types of the plan: what `app.plan()` returns.
 *
 * @module gatewire/plan
 */
export type {
  AppPlan,
  AuthPlan,
  ConcurrencyPlan,
  ContractPlan,
  DependencyPlan,
  EventPlan,
  GatewayPlan,
  HandlerPlan,
  MessageDocs,
  MessagePlan,
  NamespacePlan,
  RatePlan,
  ReplyShape,
  RoomGuardPlan,
  ServerSidePlan,
  StepPlan,
} from './types.js';
