import type { Battery, BatteryHost, BatteryPlan, BatteryStage, OpenBattery } from '../metadata/battery.js';

/** Batteries of one application. Each is opened when the first event needs it. */
export class Batteries {
  readonly #open = new Map<Battery, OpenBattery>();
  readonly #stages = new Map<BatteryPlan, BatteryStage>();

  constructor(private readonly host: BatteryHost) {}

  /** The stage of one declaration: it counts once, however many events it applies to. */
  stageOf(plan: BatteryPlan): BatteryStage {
    const stage = this.#stages.get(plan) ?? this.#opened(plan.battery).stage(plan);
    this.#stages.set(plan, stage);
    return stage;
  }

  close(): void {
    for (const battery of this.#open.values()) battery.close?.();
  }

  #opened(battery: Battery): OpenBattery {
    const opened = this.#open.get(battery) ?? battery.open(this.host);
    this.#open.set(battery, opened);
    return opened;
  }
}
